import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownBrowser } from './browser-binary.ts';

/** A folder to be all of PATH, with one program in it. */
async function pathWith(name: string, script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'kairos-path-'));
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return {
    env: { PATH: folder },
    program: join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('a browser on PATH is one that tells its version; a script that only bears its name is none', async () => {
  await using real = await pathWith('google-chrome', 'echo "Google Chrome 140.0.7339.80"');
  expect(await knownBrowser(real.env)).toBe(real.program);
  await using stub = await pathWith('chromium-browser', 'echo "install the snap" >&2; exit 1');
  expect(await knownBrowser(stub.env)).not.toBe(stub.program);
});

test('what the test run found counts, also that there is none', async () => {
  await using real = await pathWith('chromium', 'echo "Chromium 140.0.7339.80 built on somewhere"');
  expect(await knownBrowser({ ...real.env, KAIROS_TEST_BROWSER: 'none' })).toBeNull();
  expect(await knownBrowser({ ...real.env, KAIROS_TEST_BROWSER: '/opt/chrome' })).toBe('/opt/chrome');
  expect(await knownBrowser(real.env)).toBe(real.program);
});
