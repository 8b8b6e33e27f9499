import { readFile } from 'node:fs/promises';

/** Ticks of the processor's time a second, as Linux tells it to programs. */
const ticksPerSecond = 100;

/** Resident memory of a process, in MB. Linux only, as is the next. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1_024;
}

/** Processor time that a process has used since its beginning, in milliseconds. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, which may hold anything, stands in brackets before the fields; user and system time are two of them.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}
