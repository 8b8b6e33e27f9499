import { chmod, chown, copyFile, mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findTemporal } from '../../src/embedded/temporal-binary.ts';
import { startKairos, testHome } from '../support/started.ts';

const nobody = 65_534;

/** Elsewhere the other tests already run as one. */
test.runIf(process.getuid?.() === 0)('an ordinary user starts and stops all of it', async () => {
  await using home = await testHome();
  const cache = join(home.path, 'cache', 'kairos');
  await mkdir(cache, { recursive: true });
  const temporal = await findTemporal(console.error);
  // One on PATH is found by everybody. A link would not do: the cache of who tests may lie on another disk.
  if (isAbsolute(temporal)) {
    await copyFile(temporal, join(cache, 'temporal-v1.5.1'));
    await chmod(join(cache, 'temporal-v1.5.1'), 0o755);
  }
  for (const path of [home.path, join(home.path, 'cache'), cache]) await chown(path, nobody, nobody);

  const kairos = startKairos({
    home: join(home.path, 'data'),
    uid: nobody,
    env: { HOME: home.path, XDG_CACHE_HOME: join(home.path, 'cache') },
  });
  const url = await kairos.ready();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await stat(join(home.path, 'data', 'postgres'))).uid).toBe(nobody);
  kairos.child.kill('SIGINT');
  expect(await kairos.ended()).toBe(0);
  expect(await kairos.processes()).toEqual({});
});
