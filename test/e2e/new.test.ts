import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/embedded/run-command.ts';
import { findTestServer } from '../../src/embedded/test-server.ts';

const root = join(import.meta.dirname, '..', '..');
const notCopied = new Set(['node_modules', '.git', '.kairos', 'dist']);
const boundMs = 600_000;
/** What vitest sets for the tests it runs is not for the vitest that a test runs. */
const ownEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|VITE_|NODE_ENV$|NODE_OPTIONS$|TEST$|PROD$|DEV$)/.test(name),
  ),
);

/** The tree as it is, with the same packages; what a command writes there is thrown away. */
async function copyOfTree() {
  const path = await mkdtemp(join(tmpdir(), 'kairos-tree-'));
  const names = (await readdir(root)).filter((name) => !notCopied.has(name));
  await Promise.all(names.map((name) => cp(join(root, name), join(path, name), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const server = await findTestServer(() => {});

/** What `npm run check` does, for what was written; the other fast tests run in this tree anyway. */
test.skipIf(server === null)(
  'a new journey and a new watch pass every check, and their own tests',
  async () => {
    await using tree = await copyOfTree();
    const node = async (script: string, ...args: string[]): Promise<string> => {
      const { ok, output } = await runCommand(process.execPath, [script, ...args], {
        boundMs,
        cwd: tree.path,
        env: ownEnv,
      });
      expect(ok, output).toBe(true);
      return output;
    };
    const written: string[] = [];
    for (const [kind, name] of [
      ['journey', 'welcome-back'],
      ['watch', 'aRatherLongNameForAWatchOfThings'],
    ] as const) {
      const made = await node('--import', 'tsx', 'src/bin/new.ts', kind, name);
      written.push(...made.split('\n').flatMap((line) => /^ {0,2}(\S+\.(?:ts|json))$/.exec(line)?.[1] ?? []));
    }
    expect(written).toContain('workflows/watches/a-rather-long-name-for-a-watch-of-things.ts');
    const bin = (name: string) => join('node_modules', name);
    const code = written.filter((path) => path.endsWith('.ts'));
    await node(bin('prettier/bin/prettier.cjs'), '--check', ...written);
    await node(bin('eslint/bin/eslint.js'), ...code);
    const buildInfo = join(tree.path, '.tsbuildinfo');
    await node(bin('typescript/bin/tsc'), '--tsBuildInfoFile', buildInfo);
    const fast = ['test/tidy.test.ts', 'test/define', 'test/types', 'test/messages', 'test/new'];
    await node(bin('vitest/vitest.mjs'), 'run', '--project', 'fast', ...fast);
    const own = code.filter((path) => path.endsWith('.test.ts'));
    expect(own).toHaveLength(2);
    const run = await node(bin('vitest/vitest.mjs'), 'run', '--project', 'workflows', ...own);
    expect(run).toMatch(/Tests .*4 passed/);
  },
  boundMs,
);
