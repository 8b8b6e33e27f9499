import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Account } from './account.ts';

/** How a program is run: what a supervisor needs to start it, and to start it again. */
export interface ProgramCommand {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  account: Account | null;
  /** The signal on which it stops in an orderly way. */
  stopSignal: NodeJS.Signals;
}

/** What the parts write is nobody else's to read. */
const privateFiles = 0o077;

/**
 * Runs a program as a child in a process group of its own, so that Ctrl-C at the terminal, which signals the whole
 * group, reaches the supervisor alone and the parts stop in its order.
 */
export function runProgram(command: ProgramCommand, stdio: StdioOptions): ChildProcess {
  const before = process.umask(privateFiles);
  try {
    return spawn(command.file, command.args, {
      env: command.env,
      stdio,
      detached: true,
      ...(command.account ? { ...command.account, cwd: '/' } : {}),
    });
  } finally {
    process.umask(before);
  }
}

/** Asks a child to stop, waits for its end, and kills it when the bound is over. */
export async function stopProgram(
  child: ChildProcess,
  signal: NodeJS.Signals,
  boundMs: number,
): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), boundMs);
  await ended;
  clearTimeout(timer);
}

/** Whether a child has ended, or never began. */
export const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
