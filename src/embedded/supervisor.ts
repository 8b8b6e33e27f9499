import type { ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../errors.ts';
import { endingWithUs } from './ending-with-us.ts';
import { untilReady, type Part } from './part.ts';
import { PartLog } from './part-log.ts';
import { writeProcesses } from './processes-file.ts';
import { runProgram, stopProgram } from './program.ts';
import type { Say } from './progress.ts';

/** A part that dies is started again after 0.1 s, then 0.2, 0.4 …; together with its start well within five seconds. */
const firstDelayMs = 100;
const longestDelayMs = 3_000;
/** A part that lived this long is not one that dies as it starts. */
const soundAfterMs = 10_000;

interface Running {
  part: Part;
  child: ChildProcess;
}

/**
 * Keeps the processes of Kairos running. Each part is *started* once, by `start`, which tells why if that fails; from
 * then on it is *kept*: whenever it ends it is started again, for as long as it takes, until `stop`.
 */
export class Supervisor {
  readonly #home: string;
  readonly #say: Say;
  readonly #running = new Map<string, Running>();
  readonly #logs = new Map<string, PartLog>();
  #stopping = false;
  #written: Promise<void> = Promise.resolve();

  constructor(home: string, say: Say) {
    this.#home = home;
    this.#say = say;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** Starts a part and resolves when it does its work. @throws StartError with the last that it said. */
  async start(part: Part): Promise<void> {
    await mkdir(join(this.#home, 'logs'), { recursive: true, mode: 0o700 });
    try {
      await this.#launch(part);
    } catch (error) {
      const tail = this.#logs.get(part.name)?.tail();
      throw new StartError(`${part.name} ${(error as Error).message}${tail ? `:\n${tail}` : ''}`, {
        cause: error,
      });
    }
    this.#keep(part);
  }

  /** Stops all parts, group after group, each group at once; a part that takes too long is killed. */
  async stop(groups: string[][]): Promise<void> {
    this.#stopping = true;
    const named = groups.flat();
    const others = [...this.#running.keys()].filter((name) => !named.includes(name));
    for (const group of [others, ...groups]) await Promise.all(group.map((name) => this.#end(name)));
    await this.#written;
    await Promise.all([...this.#logs.values()].map((log) => log.close()));
  }

  /** Ends at once what still runs, for somebody who cannot wait. */
  kill(): void {
    this.#stopping = true;
    for (const { child } of this.#running.values()) child.kill('SIGKILL');
  }

  async #launch(part: Part): Promise<void> {
    await part.beforeStart?.();
    // Our own end when their channel to us breaks; programs of others cannot be taught that.
    const isOurs = !part.answers;
    const command = isOurs ? part.command : await endingWithUs(part.command);
    if (this.#stopping) throw new Error('is not started: Kairos stops');
    const child = runProgram(command, ['ignore', 'pipe', 'pipe', ...(isOurs ? ['ipc' as const] : [])]);
    this.#running.set(part.name, { part, child });
    this.#record();
    const log = this.#logOf(part);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) log.follow(stream, (line) => part.shown(line));
    }
    try {
      await untilReady(part, child);
    } catch (error) {
      await stopProgram(child, 'SIGKILL', 0);
      throw error;
    }
  }

  /** Starts a part again whenever its process ends. */
  #keep(part: Part): void {
    const { child } = this.#running.get(part.name) ?? {};
    const since = performance.now();
    const revive = (how: string) => {
      if (this.#stopping) return;
      this.#say(`${part.name} ended (${how}) and is started again`);
      void this.#revive(part, performance.now() - since > soundAfterMs ? 0 : 1);
    };
    if (!child || child.exitCode !== null || child.signalCode !== null) revive('at once');
    else child.once('exit', (code, signal) => revive(signal ?? `code ${code}`));
  }

  async #revive(part: Part, failures: number): Promise<void> {
    for (let attempt = failures; !this.#stopping; attempt += 1) {
      if (attempt > 0) await delay(Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs));
      try {
        await this.#launch(part);
        this.#say(`${part.name} runs again`);
        this.#keep(part);
        return;
      } catch (error) {
        if (!this.#stopping) this.#say(`${part.name} ${(error as Error).message} and is started again`);
      }
    }
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (!running) return;
    await stopProgram(running.child, running.part.command.stopSignal, running.part.stopWithinMs);
    this.#running.delete(name);
    this.#record();
  }

  #logOf(part: Part): PartLog {
    const found = this.#logs.get(part.name);
    if (found) return found;
    const made = new PartLog(join(this.#home, 'logs', `${part.name}.log`), (line) =>
      this.#say(`${part.name}: ${line}`),
    );
    this.#logs.set(part.name, made);
    return made;
  }

  /** One write after the other, so that the last is the newest. */
  #record(): void {
    // One that could not be run has no id; a 0 in its place would be all of them to whoever sends a signal.
    const parts = [...this.#running].flatMap(([name, { child }]) =>
      child.pid === undefined ? [] : [[name, child.pid] as const],
    );
    const processes = { start: process.pid, ...Object.fromEntries(parts) };
    this.#written = this.#written
      .then(() => writeProcesses(this.#home, processes))
      .catch((error: unknown) => this.#say(`processes.json: ${(error as Error).message}`));
  }
}
