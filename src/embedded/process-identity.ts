import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Whether a process of that id lives. One of another user's counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a living process, null when it is gone (or has ended and was not yet collected). */
export async function commandLine(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return raw.replaceAll('\0', ' ').trim() || null;
  }
  return (await ask(pid, 'command=')) || null;
}

/** The parent of a process, null when the process is gone. */
export async function parentOf(pid: number): Promise<number | null> {
  if (process.platform === 'linux') return Number((await statFields(pid))?.[1]) || null;
  return Number(await ask(pid, 'ppid=')) || null;
}

/**
 * When a living process began, in a form that only compares: an id that was given to another process differs. Null
 * when it is gone, also while it waits to be collected by a parent that never does (as in containers without init).
 */
export async function beganAt(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const fields = await statFields(pid);
    return fields && fields[0] !== 'Z' ? (fields[19] ?? null) : null;
  }
  return (await ask(pid, 'lstart=')) || null;
}

/** The fields of /proc/PID/stat after the name in brackets, which may hold blanks: state, parent, … */
async function statFields(pid: number): Promise<string[] | null> {
  const raw = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return raw === null ? null : raw.slice(raw.lastIndexOf(')') + 2).split(' ');
}

async function ask(pid: number, field: string): Promise<string> {
  const asked = promisify(execFile)('ps', ['-o', field, '-p', String(pid)]);
  return asked.then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}
