import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock, type Clock } from '../../src/clock.ts';
import { connect, type Database } from '../../src/db/connect.ts';
import { readHome } from '../../src/db/home.ts';
import { eventually } from '../support/eventually.ts';
import { databaseUrlOf, temporalAddressOf, testHome, type TestHome } from '../support/started.ts';
import { Backend, tellUntil } from './backend.ts';
import { chanceOfThisRun } from './chance.ts';
import { planKills, Victim, wrongUnknowns, type Killed } from './kills.ts';
import { leftToDo, readFindings, workflowsByStatus } from './ledger.ts';
import {
  groups,
  wrongDecisions,
  wrongEvents,
  wrongFacts,
  wrongMessages,
  wrongRuns,
  type Reckoning,
} from './reckoning.ts';
import { stories, type Story } from './stories.ts';

/** An hour passes in a second: a run of four days closes in about 100. */
const clockSpeed = 3_600;
/** So many customers come between two kills, at most. */
const customersForAKill = 60;
/** Runs begun last have their four days to go, and what a dead worker was at is tried again after a minute. */
const drainedWithinMs = 400_000;
/** What one worker has under way at a time: 40 on each of two channels. */
const mostCallsAtOnce = 80;

describe('under load, with kill -9 of one part after the other and of everything', () => {
  const chance = chanceOfThisRun();
  const kills: Killed[] = [];
  let home: TestHome;
  let victim: Victim;
  let database: Database;
  let clock: Clock;
  let backend: Backend;
  let told: Story[];
  let all: Reckoning;

  beforeAll(async () => {
    console.log(`KAIROS_PLUG_SEED=${chance.seed} repeats this load and these kills`);
    home = await testHome();
    victim = await Victim.start(home.path, { KAIROS_CLOCK_SPEED: String(clockSpeed) });
    database = connect(await databaseUrlOf(home.path), { max: 1, name: 'plug' });
    clock = createClock((await readHome(database.sql)).scale);
    backend = new Backend(victim.url, 'dev-write-key', chance.fork());
    const begun = performance.now();
    const stop = new AbortController();
    const plan = planKills(chance.fork());
    const pace = { stop: stop.signal, quota: () => customersForAKill * (kills.length + 1) };
    const telling = tellUntil(pace, backend, stories(chance.fork()), chance.fork());
    try {
      for (const kill of plan) kills.push(await victim.pull(kill, { sql: database.sql, clock }));
    } finally {
      stop.abort();
      told = await telling;
    }
    const pulled = performance.now();
    // From here on nobody touches anything: whatever is left is done without help.
    await eventually(
      'everything to be done',
      async () => Object.values(await leftToDo(database.sql)).every((left) => left === 0),
      drainedWithinMs,
    ).catch(async (error: unknown) => {
      throw new Error(`Left: ${JSON.stringify(await leftToDo(database.sql))}`, { cause: error });
    });
    const answered = [...backend.answeredAt].map(
      ([id, at]) => [id, clock.fromReal(new Date(at)).getTime()] as const,
    );
    all = { told, found: await readFindings(database.sql, victim.url), answeredAt: new Map(answered) };
    const [load, rest] = [pulled - begun, performance.now() - pulled].map((ms) => Math.round(ms / 1_000));
    console.log(`${summary()}\n${load} s of kills, ${rest} s until all was done`);
  }, 900_000);

  afterAll(async () => {
    await database?.end();
    victim?.kairos.child.kill('SIGTERM');
    await victim?.kairos.ended();
    await home[Symbol.asyncDispose]();
  });

  function summary(): string {
    const states = [...groups(all.found.deliveries, ({ state }) => state)].map(
      ([state, of]) => `${of.length} ${state}`,
    );
    const outcomes = [...groups(all.found.runs, ({ outcome }) => String(outcome))].map(
      ([word, of]) => `${of.length} ${word}`,
    );
    const killed = kills.map(({ what, leftBehind }) => {
      const calls = leftBehind.length > 0 ? ` (${leftBehind.length} calls)` : '';
      return `${what === 'everything' ? what : what.join(' and ')}${calls}`;
    });
    return [
      `${told.length} customers, ${all.found.events.size} events in ${backend.counts.requests} requests, of which`,
      `${backend.counts.broken} broke and ${backend.counts.refused} were refused; ${backend.counts.duplicates} duplicates`,
      `killed: ${killed.join(', ')}`,
      `runs: ${outcomes.join(', ')}; deliveries: ${states.join(', ')}; ${all.found.inbox.length} messages`,
    ].join('\n');
  }

  test('it was a load of several thousand events, and the kills hit it', () => {
    expect(all.found.events.size).toBeGreaterThan(2_000);
    expect(backend.counts.broken).toBeGreaterThan(0);
    expect(backend.counts.duplicates).toBeGreaterThan(0);
    expect(all.found.inbox.length).toBeGreaterThan(100);
  });

  test('every accepted event is there exactly once, and each customer has their own', () => {
    expect(wrongEvents(all)).toEqual([]);
  });

  test('carts and orders are as the customers left them', () => {
    expect(wrongFacts(all)).toEqual([]);
  });

  test('each customer and cart has one run, closed with the right outcome', () => {
    expect(wrongRuns(all)).toEqual([]);
  });

  test('Temporal ran each of them once, and has none left', async () => {
    const address = await temporalAddressOf(home.path);
    const ended = await eventually('the end of every workflow', async () => {
      const { Running = 0, ...others } = await workflowsByStatus(address);
      return Running === 0 && others;
    });
    expect(Object.keys(ended).filter((status) => !/^(Completed|Terminated)$/.test(status))).toEqual([]);
    const workflows = Object.values(ended).reduce((sum, count) => sum + count, 0);
    expect(workflows).toBeGreaterThan(0);
    expect(workflows).toBeLessThanOrEqual(all.found.runs.length);
  });

  test('each customer was decided on as they should be, and never too often', () => {
    expect(wrongDecisions(all)).toEqual([]);
  });

  test('the inbox has one message for each delivery that was accepted, and none for any other', () => {
    expect(wrongMessages(all)).toEqual([]);
  });

  test('no part ended but those that were killed', async () => {
    expect(await victim.diedUnasked()).toEqual([]);
  });

  test('unknown is only what was under way at a kill', () => {
    expect(wrongUnknowns(all.found.deliveries, kills, clock)).toEqual([]);
    for (const { leftBehind } of kills) expect(leftBehind.length).toBeLessThanOrEqual(mostCallsAtOnce);
  });
});
