import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProgramCommand } from './program.ts';
import { hasEnded } from './program.ts';

/** A process that Kairos consists of, as its supervisor sees it. */
export interface Part {
  /** Its name in `processes.json`, in the names of logs and in what the terminal shows. */
  name: string;
  command: ProgramCommand;
  /** Done before each start of the process: removes what a killed one left behind. */
  beforeStart?: () => Promise<void>;
  /** For a program of others: whether it does its work now. Our own say so themselves (`runPart`). */
  answers?: () => Promise<boolean>;
  readyWithinMs: number;
  /** How long it may take to stop before it is killed. */
  stopWithinMs: number;
  /** What the terminal sees of a line that it writes. */
  shown: (line: string) => string | null;
}

/**
 * Waits until a part that was just started does its work.
 * @throws Error that says what went wrong: it ended, or took too long.
 */
export async function untilReady(part: Part, child: ChildProcess): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const message = `was not ready within ${part.readyWithinMs / 1_000} s`;
    timer = setTimeout(() => reject(new Error(message)), part.readyWithinMs);
  });
  try {
    await Promise.race([
      tooLate,
      ended(child),
      part.answers ? polled(part.answers, child) : announced(child),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function polled(answers: () => Promise<boolean>, child: ChildProcess): Promise<void> {
  while (!hasEnded(child) && !(await answers())) await delay(50);
}

function announced(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) resolve();
    });
  });
}

function ended(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? `code ${code}`}`)));
  });
}
