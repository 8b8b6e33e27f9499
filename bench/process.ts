import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endingWithUs } from '../src/embedded/ending-with-us.ts';
import { untilReady, type Part } from '../src/embedded/part.ts';
import { runProgram, stopProgram } from '../src/embedded/program.ts';

/** A process of the benchmark: Kairos's own part, one of its contenders, a server. */
export interface BenchProcess {
  pid: number;
  /** Where it listens, if it said so. */
  url: string;
  stop(): Promise<void>;
}

/** Starts a part as `npm start` does, except that one that dies is not started again: it would spoil the figures. */
export async function startProcess(part: Part, folder: string): Promise<BenchProcess> {
  await part.beforeStart?.();
  const logFile = join(folder, `${part.name}.log`);
  const log = openSync(logFile, 'a');
  const isOurs = !part.answers;
  const command = isOurs ? part.command : await endingWithUs(part.command);
  const child = runProgram(command, ['ignore', log, log, ...(isOurs ? (['ipc'] as const) : [])]);
  closeSync(log);
  let url = '';
  child.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'url' in message) url = String(message.url);
  });
  try {
    await untilReady(part, child);
  } catch (cause) {
    await stopProgram(child, 'SIGKILL', 0);
    throw new Error(`${part.name} ${(cause as Error).message}:\n${await readFile(logFile, 'utf8')}`, {
      cause,
    });
  }
  return {
    pid: child.pid!,
    url,
    stop: () => stopProgram(child, part.command.stopSignal, part.stopWithinMs),
  };
}
