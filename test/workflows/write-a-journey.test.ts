import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startTestShop as start, timeSkippedTest, type TestShopOptions } from '../../testing/index.ts';
import { journeyVersions } from '../../workflows/definitions.ts';
import { journey, type JourneyWorkflow } from '../../workflows/sdk/journey.ts';
import { productAdded } from '../../src/events/product-added.ts';
import * as examples from '../docs/parcel-care.ts';
import {
  becameCheaper,
  howIsIt,
  orderRefunded,
  orderShipped,
  parcelLate,
} from '../docs/parcel-care-events.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** The page's examples are compiled in test/docs, or run here; its sentences are what really is said. */
const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/write-a-journey.md');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code]) => code!.trim());
const flat = (code: string) => code.replaceAll(/\s+/g, ' ');

/** As authors call it, on the page's journeys and messages. */
const startTestShop = (options: TestShopOptions) =>
  start({
    workflows: new URL('../docs/parcel-care.ts', import.meta.url),
    messages: [parcelLate, howIsIt, becameCheaper],
    ...options,
  });

timeSkippedTest('a parcel that is late is said to be late', async () => {
  await using shop = await startTestShop({ only: ['parcelCare'] });
  await shop.identify('jane');
  await shop.track('jane', orderShipped, { order_id: 'o-1', carrier: 'boat' });
  await shop.pass('5 days');
  expect(await shop.deliveries('jane')).toMatchObject([{ message: 'parcel-late', state: 'accepted' }]);
  expect(await shop.runs('jane')).toMatchObject([{ key: 'o-1', outcome: 'late' }]);
});

timeSkippedTest(
  'who waits with a full cart hears that something in it became cheaper, and nobody else does',
  async () => {
    await using shop = await startTestShop({ only: ['cheaperCart'] });
    await shop.report('price.changed', 'kettle', { price: 29.9, currency: 'EUR' });
    for (const [who, sku] of [
      ['jane', 'kettle'],
      ['john', 'teapot'],
    ] as const) {
      await shop.identify(who);
      await shop.track(who, productAdded, { cart_id: `of-${who}`, sku });
    }
    await shop.pass('1 hour');
    await shop.report('price.changed', 'kettle', { price: 19.9, currency: 'EUR' });
    expect(await shop.deliveries('jane')).toMatchObject([{ message: 'became-cheaper', state: 'accepted' }]);
    expect(await shop.runs('jane')).toMatchObject([{ outcome: 'told' }]);
    const [history] = await shop.histories('cheaperCart');
    expect(history, 'the newest run is of the other cart').not.toContain('EXECUTION_SIGNALED');
    await shop.pass('2 days');
    expect(await shop.runs('john')).toMatchObject([{ outcome: 'as-dear-as-ever' }]);
  },
);

test('every example in TypeScript is compiled or run, word for word', () => {
  const compiled = flat(
    read('test/docs/parcel-care.ts') + read('test/workflows/write-a-journey.test.ts'),
  ).replaceAll('timeSkippedTest(', 'test(');
  const found = blocks('ts').filter((code) => !code.startsWith('export {'));
  expect(found.length).toBeGreaterThanOrEqual(3);
  expect(found.filter((code) => !compiled.includes(flat(code)))).toEqual([]);
});

test('the two versions may stand beside each other', () => {
  const names = [...page.matchAll(/^export \{ (\w+) \}/gm)].map(([, name]) => name!);
  const one = journey({
    starts: orderShipped,
    lasts: '1 day',
    cap: { sends: 1, within: '1 day' },
    run: done,
  });
  const two = journey({
    starts: orderShipped,
    lasts: '1 day',
    cap: { sends: 1, within: '1 day' },
    run: done,
  });
  const versions = journeyVersions({ [names[0]!]: one, [names[1]!]: two });
  expect(versions.map(({ name, version }) => [name, version])).toEqual([
    ['parcelCare', 1],
    ['parcelCare', 2],
  ]);
});

test('every command is there', () => {
  const commands = blocks('sh').flatMap((block) =>
    [...block.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name!),
  );
  expect(commands.length).toBeGreaterThanOrEqual(4);
  expect(commands.filter((name) => !(name in packageJson.scripts))).toEqual([]);
});

test('the examples are sound, and the sentences about mistakes are what is said', () => {
  const names = journeyVersions({ ...examples }).map(({ name }) => name);
  expect(names.sort()).toEqual(['cheaperCart', 'lookedAgain', 'parcelCare']);
  const mistaken = (mistake: object) => {
    const { definition } = examples.parcelCare;
    const parcelCare = Object.assign(() => done(), {
      definition: { ...definition, ...mistake },
    }) as unknown as JourneyWorkflow;
    try {
      journeyVersions({ parcelCare });
    } catch (error) {
      return String((error as Error).message)
        .split('\n')
        .slice(1)
        .join('')
        .trim();
    }
    throw new Error('The mistake was not found.');
  };
  const atStart = [
    mistaken({ splits: { tone: { plain: 0.5, warm: 0.6 } } }),
    mistaken({ holdout: 10 }),
    mistaken({ ends: { returned: orderRefunded, lost: orderRefunded } }),
  ];
  for (const sentence of atStart) expect(page).toContain(`"${sentence}"`);
  const linter = read('eslint.config.js');
  const quoted = [...page.slice(page.indexOf('The linter')).matchAll(/: "([^"]*)"$/gm)].map(
    ([, words]) => words!,
  );
  expect(quoted).toHaveLength(4);
  expect(quoted.filter((words) => !linter.includes(words))).toEqual([]);
});

async function done(): Promise<string> {
  return 'done';
}
