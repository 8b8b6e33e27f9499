import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Load {
  url: string;
  path: string;
  /** A body with `[<id>]` wherever something must be new in each request. */
  body: string;
  connections: number;
  /** How long, or until so many requests are answered. */
  bound: { seconds: number } | { requests: number };
  /** Requests per second, if not as many as can be. */
  rate?: number;
}

export interface Loaded {
  answered: number;
  /** Answered requests per second. */
  perSecond: number;
}

/** Loads a server from a process of its own. @throws Error when a request is answered with anything but 200. */
export async function load(load: Load): Promise<Loaded> {
  const child = fork(join(import.meta.dirname, 'parts', 'load.ts'), {
    execArgv: ['--import', import.meta.resolve('tsx')],
  });
  child.send(load);
  const [answer] = (await Promise.race([once(child, 'message'), failed(child)])) as [
    Loaded & { bad: number },
  ];
  if (answer.bad > 0) throw new Error(`${answer.bad} requests to ${load.path} were not answered with 200.`);
  return answer;
}

async function failed(child: ReturnType<typeof fork>): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number];
  throw new Error(`The load ended with code ${code} and without an answer.`);
}
