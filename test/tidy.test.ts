import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { searchAttributeNames } from '../src/domain/search-attributes.ts';
import { channelQueue, journeyQueue } from '../src/domain/task-queues.ts';
import { messages } from '../src/messages/index.ts';
import { segments } from '../src/segments/index.ts';
import * as workflows from '../workflows/index.ts';
import durable from './durable-names.json' with { type: 'json' };

/** The style, as far as a machine can look for it. What an editor should show at once is in eslint.config.js. */
const roots = ['src', 'workflows', 'activities', 'api', 'test', 'bench', 'testing', 'docs'];
const files = await everyFile();
const code = files.filter((file) => /\.(ts|mjs)$/.test(file));
const product = code.filter((file) => !/^(test|bench)\//.test(file));
const text = new Map(code.map((file) => [file, readFileSync(file, 'utf8')]));

async function everyFile(): Promise<string[]> {
  const found: string[] = [];
  for (const root of roots) {
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(missing);
    for (const one of entries) if (one.isFile()) found.push(join(one.parentPath, one.name));
  }
  return found.sort();
}

/** `bench` need not be there yet. */
function missing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

interface Import {
  from: string;
  to: string;
  isType: boolean;
}

/** What a file imports; of ours by its path from the root, of others by the name in the import. */
function importsOf(file: string): Import[] {
  const statements = text.get(file)!.matchAll(/^(?:import|export) (type )?(?:[^;'"]*? from )?'([^']+)'/gm);
  return [...statements].map(([, type, name]) => ({
    from: file,
    to: name!.startsWith('.') ? join(dirname(file), name!) : name!,
    isType: Boolean(type),
  }));
}

const imports = product.flatMap(importsOf);
const say = ({ from, to }: Import) => `${from} imports ${to}`;
const under = (...places: string[]) => {
  const pattern = new RegExp(`^(${places.join('|')})/`);
  return (file: string) => pattern.test(file);
};

test('the parts that know each other know them in one direction', () => {
  expect(imports.length).toBeGreaterThan(300);
  const outer = under('api', 'activities', 'workflows');
  const vocabulary = under('src/(define|events|messages|projections|segments)');
  const wiring = under('src/bin', 'src/embedded', 'testing');
  const rules: [string, (one: Import) => boolean][] = [
    [
      'src imports none of api, activities, workflows',
      ({ from, to }) => under('src')(from) && !under('src/bin')(from) && outer(to),
    ],
    ['nobody imports what wires', ({ from, to }) => !wiring(from) && wiring(to)],
    ['no product code imports tests, nor does the kit for them', ({ to }) => under('test', 'bench')(to)],
    [
      'api, routing and activities do not import each other',
      ({ from, to, isType }) =>
        !isType && sides.some((side) => side(from) && sides.some((other) => other !== side && other(to))),
    ],
    [
      'the vocabulary does not import what uses it',
      ({ from, to }) => vocabulary(from) && under('src/(db|routing|replay|sandbox)')(to),
    ],
    [
      'rules are pure: no database, no vocabulary',
      ({ from, to }) =>
        under('src/domain')(from) && under('src/(db|routing|events|messages|segments|projections)')(to),
    ],
    [
      'the database knows nobody above it, except the types of what it reads',
      ({ from, to, isType }) => !isType && under('src/db')(from) && under('src/(routing|replay|sandbox)')(to),
    ],
  ];
  const broken = rules.flatMap(([rule, isBroken]) =>
    imports.filter((one) => isBroken(one) && !(say(one) in tolerated)).map((one) => `${rule}: ${say(one)}`),
  );
  expect(broken).toEqual([]);
});

/** What breaks a direction all the same, and why. */
const tolerated: Record<string, string> = {};

const sides = [under('api'), under('src/routing'), under('activities')];

/** Runs in Node, not in Temporal's sandbox: it names the definitions for routing. */
const besideSandbox = ['workflows/definitions.ts'];

test('nothing that workflows import, however far, is a Node built-in, a database or a schema library', () => {
  const seen = new Map<string, string>();
  const queue = product.filter((file) => under('workflows')(file) && !besideSandbox.includes(file));
  const wrong: string[] = [];
  for (const file of queue) {
    for (const { to, isType } of importsOf(file)) {
      const path = `${seen.get(file) ?? file} -> ${to}`;
      if (isType || seen.has(to)) continue;
      seen.set(to, path);
      const isOurs = text.has(to);
      const isBuiltin = to.startsWith('node:') || builtinModules.includes(to);
      if (isBuiltin || under('src/db')(to) || (!isOurs && !/^@temporalio\/(workflow|common)$/.test(to)))
        wrong.push(path);
      else if (isOurs) queue.push(to);
    }
  }
  expect(seen.size).toBeGreaterThan(10);
  expect(wrong).toEqual([]);
});

interface Banned {
  pattern: RegExp;
  instead: string;
  /** Where it may stand, and why there. */
  except: [RegExp, string][];
}

const monotonic: [RegExp, string][] = [
  [
    /^src\/embedded\//,
    'supervises processes before there is a clock; measures how long, never what time it is',
  ],
  [/^src\/bin\/start\.ts$/, 'two Ctrl-C within a moment, before there is a clock'],
  [/^src\/bin\/bootstrap\.mjs$/, 'runs before any package is installed'],
  [/^testing\/rest\.ts$/, 'bounds how long a test waits, in real time, while the clock is skipped'],
];

const banned: Banned[] = [
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)/,
    instead: 'ask the Clock that you were handed',
    except: [[/^src\/clock\.ts$/, 'is the clock']],
  },
  { pattern: /\bperformance\.now\(/, instead: 'ask the Clock for realNow()', except: monotonic },
  {
    pattern:
      /(?<![.\w])now\(\)(?!:| \{| =>)|\bcurrent_(timestamp|date|time)\b|\bclock_timestamp\(|\blocaltimestamp\b/i,
    instead: "hand the Clock's time to the query as a value",
    except: [],
  },
  {
    pattern: /\bprocess\.env\b/,
    instead: 'name the setting in src/config.ts and be handed the Config',
    except: [
      [/^src\/bin\//, 'hands the environment to loadConfig'],
      [/^src\/embedded\//, 'gives programs of others their environment, and reads theirs'],
      [/^testing\/temporal-server\.ts$/, 'gives a program of others its environment'],
    ],
  },
  {
    pattern: /\bconsole\./,
    instead: 'write to the Log that you were handed',
    except: [
      [/^src\/bin\//, 'speaks to the person at the terminal'],
      [/^testing\/time-skipping\.ts$/, 'says to who runs the tests why some are skipped'],
    ],
  },
  {
    pattern: /\bMath\.random\(/,
    instead: 'newId() for identifiers; node:crypto for secrets; a hash of the identifier for arms',
    except: [[/^src\/ids\.ts$/, 'is where identifiers come from']],
  },
  {
    pattern: /\bcatch( \(\w+\))? \{\s*\}/,
    instead: 'let the error through, or say in words why it may be passed over',
    except: [],
  },
];

/** Without comments, which may name what is banned. */
const bare = (source: string) => source.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

test('banned calls, each with what to do instead', () => {
  const found = product.flatMap((file) => {
    const source = bare(text.get(file)!);
    return banned
      .filter(({ pattern, except }) => pattern.test(source) && !except.some(([where]) => where.test(file)))
      .map(({ pattern, instead }) => `${file}: ${pattern.exec(source)![0]}: ${instead}`);
  });
  expect(found).toEqual([]);
});

test('an exception that nobody needs any more is taken out', () => {
  const idle = banned.flatMap(({ pattern, except }) =>
    except
      .filter(([where]) => !product.some((file) => where.test(file) && pattern.test(bare(text.get(file)!))))
      .map(([where]) => `${pattern} in ${where}`),
  );
  expect(idle).toEqual([]);
});

test('tests do not sleep: they poll a condition or move the clock', () => {
  const sleep = /^\s*await (?:delay|setTimeout|new Promise\(\(\w+\) => setTimeout\(\w+, [\d_]+\)\))/m;
  const polls = /^test\/support\//;
  const asleep = code.filter(
    (file) => file.startsWith('test/') && !polls.test(file) && file !== 'test/tidy.test.ts',
  );
  expect(asleep.filter((file) => sleep.test(text.get(file)!))).toEqual([]);
});

test('files are kebab-case nouns', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(schema|content|test|main))*\.(ts|mjs|js|html|md|json)$/;
  const vague = /(^|-)(utils?|helpers?|common|managers?|services?|misc|stuff)(-|\.|$)/;
  const others = /^(src\/db\/migrations\/|test\/replay\/histories\/|bench\/RESULTS\.md$)/;
  const named = files.filter((file) => !others.test(file));
  expect(named.filter((file) => !kebab.test(file.split('/').at(-1)!))).toEqual([]);
  expect(named.filter((file) => file.split('/').some((part) => vague.test(part)))).toEqual([]);
});

test('files are short: most under 250 lines, none over 400; tests none over 600', () => {
  const lines = code.map((file) => ({ file, lines: text.get(file)!.split('\n').length - 1 }));
  const isTest = (file: string) => /^(test|bench)\//.test(file);
  expect(lines.filter(({ file, lines }) => lines > (isTest(file) ? 600 : 400))).toEqual([]);
  const ours = lines.filter(({ file }) => !isTest(file)).map(({ lines }) => lines);
  expect(ours.filter((length) => length > 250).length).toBeLessThan(ours.length / 20);
});

test('durable names are still there: what waits for years is found by them', () => {
  const now = {
    workflows: Object.keys(workflows),
    messages: messages.map(({ name }) => name),
    segments: segments.map(({ name }) => name),
    taskQueues: [journeyQueue, ...Object.values(channelQueue)],
    searchAttributes: searchAttributeNames,
  };
  for (const [kind, names] of Object.entries(now)) {
    const known: string[] = durable[kind as keyof typeof durable];
    const gone = known.filter((name) => !names.includes(name));
    expect(gone, `${kind} that runs in flight may still name: keep them`).toEqual([]);
    const fresh = names.filter((name) => !known.includes(name));
    expect(fresh, `new ${kind}: add them to test/durable-names.json, which only grows`).toEqual([]);
  }
});
