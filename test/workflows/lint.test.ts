import { ESLint } from 'eslint';
import { beforeAll, expect, test } from 'vitest';

/** Mistakes that compile: the linter finds them, in journeys and watches alike. */
const eslint = new ESLint({ cwd: new URL('../..', import.meta.url).pathname });

/** Linted in the place of a journey that is there, so that its types are known. */
async function complaints(rule: string): Promise<string[]> {
  const code = `import { productAdded } from '../../src/events/product-added.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { journey } from '../sdk/journey.ts';

export const abandonedCart = journey({
  starts: productAdded,
  lasts: '10 days',
  cap: { sends: 2, within: '7 days' },
  async run(cart) {
    ${rule}
    await cart.send(cartNudge, { items: [] });
    return 'done';
  },
});
`;
  const [result] = await eslint.lintText(code, { filePath: 'workflows/journeys/abandoned-cart.ts' });
  return result!.messages.map(({ message }) => message);
}

// The first look at the types takes its time.
beforeAll(() => complaints(''), 300_000);

test('a straight line is fine', async () => {
  expect(await complaints("await cart.wait('1 day');")).toEqual([]);
});

test('an error that is thrown on is fine', async () => {
  const rule =
    "try { await cart.wait('1 day'); } catch (error) { throw new Error('late', { cause: error }); }";
  expect(await complaints(rule)).toEqual([]);
});

const mistakes: [string, string, RegExp][] = [
  ['a forgotten await', "cart.wait('1 day');", /Promises must be awaited/],
  ['an empty catch', "try { await cart.wait('1 day'); } catch {}", /swallow the end of the run/],
  [
    'a catch that goes on',
    "try { await cart.wait('1 day'); } catch { await cart.wait('2 days'); }",
    /leave the try out, or throw the error on/,
  ],
  ['a catch by call', "await cart.wait('1 day').catch(() => 7);", /one straight line/],
  ['a race', "await Promise.race([cart.wait('1 day'), cart.wait('2 days')]);", /use until\(\)/],
  ['chance', "if (Math.random() < 0.5) await cart.wait('1 day');", /declare `splits`/],
  ['a timer of its own', "setTimeout(() => {}, 1000); await cart.wait('1 day');", /Time is the run's/],
  ['the clock', "if (Date.now() > 0) await cart.wait('1 day');", /Time is the run's/],
  ['a silenced compiler', "// @ts-ignore\n    await cart.wait('soon');", /@ts-/],
  ['any', "await cart.wait('1 day' as any);", /any/],
];
for (const [what, rule, sentence] of mistakes) {
  test(`${what} is an error that says what to do`, async () => {
    const found = await complaints(rule);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(sentence);
  });
}
