import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/connect.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import { readHomeFile, writeHomeFile } from '../../src/embedded/home-file.ts';
import { isAlive } from '../../src/embedded/process-identity.ts';
import { eventually } from '../support/eventually.ts';
import { killPids, startKairos, untilGone, type Started } from '../support/started.ts';
import type { Chance } from './chance.ts';
import { callsLeftBehind, callsUnderWay, type FoundDelivery } from './ledger.ts';

export const parts = ['api', 'router', 'worker', 'temporal', 'postgres', 'sandbox'] as const;
export type Part = (typeof parts)[number];

/** What is killed together, and when: so long after everything was ready, and amid calls to the provider if there are any. */
export interface Kill {
  what: readonly Part[] | 'everything';
  pauseMs: number;
  amidCalls: boolean;
}

/** A kill as it happened. */
export interface Killed extends Kill {
  /** Real time, right before the first signal. */
  at: number;
  /** Where the worker died: the deliveries whose calls were under way then, by their ids. */
  leftBehind: string[];
  /** Whether it broke calls that left no other trace than when they began and ended: the provider died. */
  broke: boolean;
}

/**
 * Every part alone, all of them again in twos, and everything twice; in an order of chance. The last two leave the
 * worker alone: what a dead one was at is tried again after a minute, and that minute passes under load.
 */
export function planKills(chance: Chance): Kill[] {
  const pairs = chance.shuffled(parts);
  const each: Kill['what'][] = [
    ...parts.map((part) => [part]),
    ...[0, 2, 4].map((from) => pairs.slice(from, from + 2)),
    'everything',
    'everything',
  ];
  let order = chance.shuffled(each);
  while (order.slice(-2).some(killsWorker)) order = chance.shuffled(each);
  return order.map((what) => ({
    what,
    pauseMs: chance.between(0, 1_500),
    amidCalls: chance.happens(killsWorker(what) || killsProvider(what) ? 0.8 : 0.3),
  }));
}

const killsWorker = (what: Kill['what']) => what === 'everything' || what.includes('worker');
const killsProvider = (what: Kill['what']) => what === 'everything' || what.includes('sandbox');

/**
 * What a PostgreSQL says that was started while a process of the one that was killed still carried out its statement: it
 * ends, and is started again.
 */
const stillInUse = 'pre-existing shared memory block';

/** A Kairos whose plugs are pulled: the one that runs now, on the same home and port each time. */
export class Victim {
  kairos: Started;
  readonly url: string;
  readonly #home: string;
  /** What those before it wrote. */
  #said = '';

  private constructor(kairos: Started, home: string, url: string) {
    this.kairos = kairos;
    this.#home = home;
    this.url = url;
  }

  /**
   * On ports of its own from the start: were it on the usual ones, another Kairos that is started on this machine could
   * take that of a part that is dead for a moment.
   */
  static async start(home: string, env: NodeJS.ProcessEnv): Promise<Victim> {
    const names = ['postgres', 'temporal', 'temporal-ui', 'sandbox'];
    const ports = await Promise.all(names.map(async (name) => [name, await freePort()] as const));
    await writeHomeFile(home, { ...(await readHomeFile(home)), ports: Object.fromEntries(ports) });
    const kairos = startKairos({ home, env });
    return new Victim(kairos, home, await kairos.ready());
  }

  /**
   * The parts that ended by themselves, or did not come up, with what they wrote beside their log's lines: what nobody
   * killed should live on, whoever else dies.
   */
  async diedUnasked(): Promise<string[]> {
    const lines = `${this.#said}${this.kairos.output()}`.split('\n');
    const died = lines.filter((line) => line.endsWith('is started again') && !line.includes('(SIGKILL)'));
    const told = died.map(async (line) => {
      const log = await readFile(join(this.#home, 'logs', `${line.split(' ')[0]}.log`), 'utf8');
      if (line.startsWith('postgres ') && log.includes(stillInUse)) return [];
      const plain = log.split('\n').filter((written) => !written.startsWith('{'));
      return [[line, ...plain.slice(-40)].join('\n')];
    });
    return (await Promise.all(told)).flat();
  }

  /** Pulls the plugs at the moment that was planned, and resolves when everything runs again. */
  async pull(kill: Kill, by: { sql: Sql; clock: Clock }): Promise<Killed> {
    await pause(kill.pauseMs);
    // Nobody may be calling for a while: then at any moment.
    if (kill.amidCalls)
      await eventually('a call', async () => (await callsUnderWay(by.sql)).length > 0, 4_000).catch(
        () => null,
      );
    const at = by.clock.realNow();
    await (kill.what === 'everything' ? this.#killAll() : this.#killParts(kill.what));
    const look = () => callsLeftBehind(by.sql, { at: by.clock.fromReal(at), deadAt: at }).catch(() => null);
    const leftBehind = killsWorker(kill.what) ? await eventually('the ledger', look) : [];
    return { ...kill, at: at.getTime(), leftBehind, broke: killsProvider(kill.what) };
  }

  /** Nobody helps: the supervisor starts again what has died. */
  async #killParts(names: readonly Part[]): Promise<void> {
    const before = await this.kairos.processes();
    const restarts = new Map(names.map((name) => [name, this.#restartsOf(name)]));
    killPids(names.map((name) => before[name]));
    for (const name of names) {
      await eventually(`${name} to run again`, () => this.#restartsOf(name) > restarts.get(name)!, 120_000);
      const after = (await this.kairos.processes())[name];
      if (after === before[name] || !after || !isAlive(after))
        throw new Error(`${name} was not started again.`);
    }
  }

  #restartsOf(name: Part): number {
    return this.kairos.output().split(`${name} runs again`).length - 1;
  }

  /** As when the power goes; then somebody starts it again. */
  async #killAll(): Promise<void> {
    const pids = Object.values(await this.kairos.processes());
    killPids(pids);
    await this.kairos.ended();
    await untilGone(pids);
    this.#said += this.kairos.output();
    this.kairos = startKairos({ home: this.#home, env: { PORT: new URL(this.url).port } });
    await this.kairos.ready();
  }
}

/**
 * The deliveries that are `unknown` although no call for them was under way at a kill. A worker that died leaves its
 * calls in the ledger; a provider that died breaks those that it was answering.
 */
export function wrongUnknowns(
  deliveries: readonly FoundDelivery[],
  kills: readonly Killed[],
  clock: Clock,
): string[] {
  const leftBehind = new Set(kills.flatMap((kill) => kill.leftBehind));
  const breaks = kills.filter(({ broke }) => broke);
  return deliveries
    .filter(({ state }) => state === 'unknown')
    .filter(({ id, at, verdicts }) => {
      const end = clock.toReal(new Date(verdicts.at(-1)!.at)).getTime();
      const begin = clock.toReal(at).getTime();
      return !leftBehind.has(id) && !breaks.some((kill) => begin <= kill.at + 1 && kill.at <= end + 1);
    })
    .map(({ id, verdicts }) => `${id}: ${verdicts.map(({ at, words }) => `${at} ${words}`).join('; ')}`);
}
