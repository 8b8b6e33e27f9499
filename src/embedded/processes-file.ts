import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from './write-whole.ts';

/** The process id of each part that runs, by its name: `processes.json` in the home. */
export type Processes = Record<string, number>;

const fileName = 'processes.json';

export async function writeProcesses(home: string, processes: Processes): Promise<void> {
  await writeWhole(join(home, fileName), `${JSON.stringify(processes, null, 2)}\n`, 0o644);
}

/** What the file says; nothing when there is none. */
export async function readProcesses(home: string): Promise<Processes> {
  const text = await readFile(join(home, fileName), 'utf8').catch(() => '{}');
  return z.record(z.string(), z.number()).parse(JSON.parse(text));
}
