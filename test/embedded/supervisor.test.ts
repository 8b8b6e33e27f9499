import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Part } from '../../src/embedded/part.ts';
import { readProcesses } from '../../src/embedded/processes-file.ts';
import { Supervisor } from '../../src/embedded/supervisor.ts';
import { eventually } from '../support/eventually.ts';

const partOf = (name: string, file: string): Part => ({
  name,
  command: { file, args: ['-e', ''], env: {}, account: null, stopSignal: 'SIGTERM' },
  readyWithinMs: 10_000,
  stopWithinMs: 1_000,
  shown: () => null,
});

test('a part that cannot be run is named with the reason, and processes.json has no process of it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'kairos-supervisor-'));
  const supervisor = new Supervisor(home, () => {});
  const missing = partOf('missing', '/nowhere/program');
  await expect(supervisor.start(missing)).rejects.toThrow(/missing .*ENOENT/);
  const processes = await eventually('the file', async () => {
    const written = await readProcesses(home);
    return 'start' in written && written;
  });
  expect(processes).toEqual({ start: process.pid });
  await supervisor.stop([]);
  await rm(home, { recursive: true });
});
