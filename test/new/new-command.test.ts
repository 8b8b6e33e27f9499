import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runNew } from '../../src/new/new-command.ts';
import { workflowName } from '../../src/new/workflow-name.ts';

const root = join(import.meta.dirname, '..', '..');
const lists = ['workflows/index.ts', 'src/messages/index.ts', 'test/durable-names.json', '.prettierrc.json'];
let trees: string;
beforeAll(async () => void (trees = await mkdtemp(join(tmpdir(), 'kairos-new-'))));
afterAll(() => rm(trees, { recursive: true }));

/** As much of a tree as the command looks at. */
async function tree(name: string): Promise<string> {
  const at = join(trees, name);
  for (const list of lists) {
    await mkdir(dirname(join(at, list)), { recursive: true });
    await cp(join(root, list), join(at, list));
  }
  return at;
}

const read = (at: string, path: string) => readFile(join(at, path), 'utf8');

describe('a name', () => {
  test('is taken in kebab and in camel', () => {
    const expected = { kebab: 'welcome-back', camel: 'welcomeBack' };
    expect(workflowName('welcome-back')).toEqual(expected);
    expect(workflowName('welcomeBack')).toEqual(expected);
    expect(workflowName('day2')).toEqual({ kebab: 'day2', camel: 'day2' });
  });

  const wrong: [string, RegExp][] = [
    ['', /"" came; expected a name such as welcome-back/],
    ['Welcome', /"Welcome" came; expected a name/],
    ['welcome back', /expected a name such as welcome-back or welcomeBack/],
    ['welcome_back', /expected a name/],
    ['-welcome', /expected a name/],
    ['welcome-Back', /expected a name/],
    ['../escape', /expected a name/],
    ['été', /expected a name/],
    ['a'.repeat(65), /of up to 64 letters and digits/],
    ['abandonedCart_v2', /is a version: write its steps beside those of the first/],
    ['delete', /"delete" is a word of the language or of Kairos; expected .* such as delete-again/],
    ['product-added', /is a word of the language or of Kairos/],
    ['cart-helper', /"cart-helper" could be anything/],
  ];
  for (const [given, sentence] of wrong) {
    test(`${JSON.stringify(given.slice(0, 20))} is refused, with what a name looks like`, () => {
      expect(() => workflowName(given)).toThrow(sentence);
    });
  }
});

/** The lists are the real ones: no journey of an author has this name. */
describe('the command', () => {
  test('says what it wrote and what comes next, and everything is named where names are listed', async () => {
    const at = await tree('whole');
    const said = await runNew(at, ['journey', 'keptForTests']);
    expect(said).toContain('  workflows/journeys/kept-for-tests.ts\n');
    expect(said).toContain('npm run record -- keptForTests');
    expect(await read(at, 'workflows/journeys/kept-for-tests.ts')).toContain(
      'export const keptForTests = journey({',
    );
    expect(await read(at, 'workflows/index.ts')).toMatch(
      /\nexport \{ keptForTests \} from '\.\/journeys\/kept-for-tests\.ts';\n$/,
    );
    const messages = await read(at, 'src/messages/index.ts');
    expect(messages).toMatch(/ messages: [^=]*= \[[^\]]*\bcartNudge,[^\]]*\bkeptForTestsNote,?\s*\];/);
    expect(messages).toMatch(/ contents: [^=]*= \[[^\]]*\bkeptForTestsNoteContent,?\s*\];/);
    const durable = JSON.parse(await read(at, 'test/durable-names.json')) as Record<string, string[]>;
    expect(durable['workflows']).toEqual(expect.arrayContaining(['abandonedCart', 'keptForTests']));
    expect(durable['messages']).toEqual(expect.arrayContaining(['cart-nudge', 'kept-for-tests-note']));
  });

  test('writes two, one after the other', async () => {
    const at = await tree('two');
    await runNew(at, ['journey', 'kept-for-tests-one']);
    await runNew(at, ['journey', 'kept-for-tests-two']);
    const messages = await read(at, 'src/messages/index.ts');
    expect(messages).toContain('keptForTestsOneNote');
    expect(messages).toContain('keptForTestsTwoNote');
  });

  test('refuses a name that is there, or was', async () => {
    const at = await tree('known');
    await expect(runNew(at, ['journey', 'abandoned-cart'])).rejects.toThrow(
      /The name abandonedCart is taken, or was \(test\/durable-names\.json\): choose another name/,
    );
  });

  test('writes over no file, and then nothing at all', async () => {
    const at = await tree('there');
    const mine = join(at, 'src/messages/kept-for-tests-note.ts');
    await writeFile(mine, 'mine');
    const before = await read(at, 'workflows/index.ts');
    await expect(runNew(at, ['journey', 'kept-for-tests'])).rejects.toThrow(
      /Nothing was written, for there is src\/messages\/kept-for-tests-note\.ts already/,
    );
    expect(await readFile(mine, 'utf8')).toBe('mine');
    expect(await read(at, 'workflows/index.ts')).toBe(before);
    await expect(read(at, 'workflows/journeys/kept-for-tests.ts')).rejects.toThrow(/ENOENT/);
  });

  test('writes nothing where a list has no place for the name, and says what to add', async () => {
    const at = await tree('odd');
    await writeFile(join(at, 'src/messages/index.ts'), 'export {};\n');
    await expect(runNew(at, ['journey', 'kept-for-tests'])).rejects.toThrow(
      /src\/messages\/index\.ts looks different than expected: add keptForTestsNote to `messages`/,
    );
    await expect(read(at, 'workflows/journeys/kept-for-tests.ts')).rejects.toThrow(/ENOENT/);
  });

  const wrong: [string[], RegExp][] = [
    [[], /^Expected `npm run new -- journey NAME` or/],
    [['journey'], /"journey" came\. Expected/],
    [['campaign', 'x'], /"campaign x" came\. Expected/],
    [['toString', 'x'], /"toString x" came\. Expected/],
    [['journey', 'a', 'b'], /"journey a b" came\. Expected/],
  ];
  for (const [args, sentence] of wrong) {
    test(`says what it expects when "${args.join(' ')}" comes`, async () => {
      await expect(runNew(trees, args)).rejects.toThrow(sentence);
    });
  }
});
