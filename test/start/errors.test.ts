import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../../src/embedded/free-port.ts';
import { eventually } from '../support/eventually.ts';
import { startKairos, testHome } from '../support/started.ts';

test('a database that does not answer is named within ten seconds, without its password', async () => {
  await using home = await testHome();
  const port = await freePort();
  const kairos = startKairos({
    home: home.path,
    env: { DATABASE_URL: `postgres://kairos:its-password@127.0.0.1:${port}/shop` },
  });
  // It says so after two seconds; how long its process takes to begin is the machine's affair.
  const looks = () => kairos.output().includes('Looking for the database');
  await eventually('the look for it', looks, 240_000);
  const begun = performance.now();
  expect(await kairos.ended()).toBe(1);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(kairos.output()).toContain(
    `The database at 127.0.0.1:${port}/shop does not answer: connect ECONNREFUSED`,
  );
  expect(kairos.output()).toContain('unset DATABASE_URL');
  expect(kairos.output()).not.toContain('its-password');
  expect(await kairos.processes()).toEqual({});
});

test('a Temporal that does not answer is named with the cure', async () => {
  await using home = await testHome();
  const port = await freePort();
  const kairos = startKairos({ home: home.path, env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } });
  expect(await kairos.ended()).toBe(1);
  expect(kairos.output()).toContain(`Temporal at 127.0.0.1:${port} (namespace default) does not answer`);
  expect(kairos.output()).toContain('unset TEMPORAL_ADDRESS');
});

test('where no Temporal can be had, the three cures are named at once', async () => {
  await using home = await testHome();
  // Only what PostgreSQL needs is on PATH, nothing is cached, and nothing can be downloaded.
  const bin = join(home.path, 'bin');
  await mkdir(bin);
  await symlink((await promisify(execFile)('sh', ['-c', 'command -v id'])).stdout.trim(), join(bin, 'id'));
  const kairos = startKairos({
    home: home.path,
    env: { PATH: bin, XDG_CACHE_HOME: join(home.path, 'cache'), HTTPS_PROXY: 'http://127.0.0.1:9' },
  });
  expect(await kairos.ended()).toBe(1);
  expect(kairos.output()).toMatch(/install the Temporal CLI[^]*install Go[^]*set TEMPORAL_ADDRESS/);
});

test('a home that a newer version wrote is refused with the cure', async () => {
  await using home = await testHome();
  await writeFile(join(home.path, 'home.json'), JSON.stringify({ format: 7 }));
  const kairos = startKairos({ home: home.path });
  expect(await kairos.ended()).toBe(1);
  expect(kairos.output()).toMatch(
    /newer version of Kairos \(format 7; this one knows 1\)[^]*another KAIROS_HOME/,
  );
});

test('settings that cannot be used are all named', async () => {
  await using home = await testHome();
  const kairos = startKairos({ home: home.path, env: { PORT: 'http', KAIROS_CLOCK_SPEED: '9999' } });
  expect(await kairos.ended()).toBe(1);
  expect(kairos.output()).toMatch(
    /PORT="http": expected a whole number from 0 to 65535\n +KAIROS_CLOCK_SPEED="9999": expected a whole number/,
  );
  // The sentence alone: nobody who mistook a setting looks for the mistake in our code.
  expect(kairos.output()).not.toMatch(/StartError|^ +at /m);
});

test('a home that cannot be written is named with the cure', async () => {
  const kairos = startKairos({ home: '/dev/null/kairos' });
  expect(await kairos.ended()).toBe(1);
  expect(kairos.output()).toMatch(/The home \/dev\/null\/kairos cannot be used: [^]*Set KAIROS_HOME/);
});
