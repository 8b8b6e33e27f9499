import { expect, test } from 'vitest';
import {
  createTurns,
  mostAtOnce,
  mostOfPage,
  unbounded,
  type Rates,
  type Turns,
} from '../../activities/turns.ts';
import { createChannelActivities } from '../../activities/send.ts';
import { createClock } from '../../src/clock.ts';
import { saveChannelRate } from '../../src/db/queries/save-settings.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testDatabase } from '../support/database.ts';
import { addRun, receipt, testJourney, testSecret } from '../support/sending.ts';
import { startWatching } from '../support/watching.ts';

const began = Date.parse('2026-03-02T18:00:00Z');

/** Workers on one database whose clock the test moves: when each of them is let through, in milliseconds. */
async function setup(rates: Rates) {
  const database = await testDatabase();
  const now = { ms: began };
  const clock = createClock(realTime, () => now.ms);
  return {
    database,
    clock,
    now,
    /** A process of its own. */
    worker: (waits: number[] = []) => {
      const pause = async (ms: number) => void waits.push(ms);
      const turns = createTurns({ database, clock }, () => rates, pause);
      return { turns, waits };
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

test('four workers that take turns at one instant share the rate: none has the turn of another', async () => {
  await using it = await setup(new Map([['email', 20]]));
  const workers = Array.from({ length: 4 }, () => it.worker());
  const asks = workers.flatMap(({ turns }) =>
    Array.from({ length: 20 }, (_, n) => () => turns.take('email', n % 4 === 0 ? 2 : 1)),
  );
  const later = await Promise.all(asks.map((ask) => ask()));
  expect(later).toEqual(asks.map(() => 0));
  // The first has its turn at once, and waits for nothing.
  const waits = workers.flatMap(({ waits }) => waits).sort((a, b) => a - b);
  expect(waits).toHaveLength(79);
  expect(new Set(waits).size).toBe(79);
  // Each of the sixty by itself takes 50 ms, and of the twenty pairs each twice that; the last begins one before the end.
  expect([4_900, 4_950]).toContain(waits.at(-1));
});

test('a turn that would be long after is not taken; a higher rate takes back what a lower one took ahead', async () => {
  await using it = await setup(new Map([['sms', 0.1]]));
  const { turns, waits } = it.worker();
  expect(await turns.take('sms', 1)).toBe(0);
  expect(await turns.take('sms', 1)).toBe(10_000);
  expect(await turns.take('sms', 1)).toBe(10_000);
  it.now.ms += 10_000 - bounds.turnMs;
  expect([await turns.take('sms', 1), waits]).toEqual([0, [bounds.turnMs]]);
  const { sql } = it.database;
  await saveChannelRate(sql, {
    channel: 'sms',
    perSecond: 50,
    at: it.clock.now(),
    realNow: it.clock.realNow(),
  });
  expect([await turns.take('sms', 1), waits]).toEqual([0, [bounds.turnMs]]);
  expect(await turns.take('email', 1_000)).toBe(0);
  expect(await sql`select channel from channel_turns`).toEqual([{ channel: 'sms' }]);
});

test('what is given back is the turn of the next', async () => {
  await using it = await setup(new Map([['sms', 1]]));
  const { turns, waits } = it.worker();
  for (let n = 0; n < 5; n += 1) {
    expect(await turns.take('sms', 1)).toBe(0);
    await turns.giveBack('sms', 1);
  }
  await turns.giveBack('email', 1);
  expect(await turns.take('sms', 1)).toBe(0);
  expect([await turns.take('sms', 1), waits]).toEqual([0, [1_000]]);
});

test('mails of a page and by themselves keep one rate together, in calls that are cut to it', async () => {
  await using it = await startWatching();
  const ids = await it.line(60);
  await it.shelf(60);
  const nowMs = () => it.clock.realNow().getTime();
  const calls: { at: number; messages: number }[] = [];
  it.channels.email.answer = (messages) => {
    calls.push({ at: nowMs(), messages: messages.length });
    return { kind: 'accepted', providerId: null };
  };
  const pause = async (ms: number) => it.pass(`${ms / 1_000} seconds`);
  const turns = createTurns(it, () => new Map([['email', 5]]), pause);
  const alone = createChannelActivities({
    ...{ ...it, turns, definitions: [testJourney('cart')], secret: testSecret, messages: [receipt] },
    ...{ render: () => ({ text: 'paid' }), attempt: () => 1, abort: () => undefined },
  });
  const singles = async () => {
    for (const id of ids.slice(0, 15)) {
      const { ask } = await addRun(it, id);
      await alone.sendMessage(ask({ message: 'receipt' }));
    }
  };
  await Promise.all([it.wave(it.worker({ turns })), singles()]);
  expect((await it.ledger()).filter(({ state }) => state === 'accepted')).toHaveLength(75);
  expect(new Set(calls.map(({ messages }) => messages))).toEqual(new Set([1, 5]));
  // From any call on, what began before another has taken its time; while one waits the clock moves for all.
  for (const [n, first] of calls.entries()) {
    let before = 0;
    for (const { at, messages } of calls.slice(n)) {
      expect(at - first.at).toBeGreaterThanOrEqual(before * 200 - 3_000);
      before += messages;
    }
  }
  expect(calls.at(-1)!.at - calls[0]!.at).toBeGreaterThanOrEqual(12_000);
});

test('who is not to have their turn for long comes back: one by itself undecided, of a page those not called yet', async () => {
  await using it = await startWatching();
  const [id] = await it.line(8);
  await it.shelf(8);
  let taken = 0;
  const turns: Turns = {
    ...unbounded,
    perSecond: () => 5,
    take: async () => (++taken === 2 ? 7_000 : 0),
  };
  const serve = it.worker({ turns });
  const wave = it.wave(async (page) => {
    await expect(serve(page)).rejects.toMatchObject({
      type: 'pacing',
      nextRetryDelay: 7_000,
      nonRetryable: false,
    });
    expect((await it.ledger()).filter(({ state }) => state === 'intended')).toHaveLength(3);
    return serve(page);
  });
  expect(await wave).toMatchObject({ used: 8 });
  expect(it.channels.email.calls.map(({ length }) => length)).toEqual([5, 3]);
  expect(new Set(it.channels.email.calls.flat().map(({ to }) => to)).size).toBe(8);
  const { ask } = await addRun(it, id!);
  taken = 1;
  const alone = createChannelActivities({
    ...{ ...it, turns, definitions: [testJourney('cart')], secret: testSecret, messages: [receipt] },
    ...{ render: () => ({ text: 'paid' }), attempt: () => 1, abort: () => undefined },
  });
  const order = ask({ message: 'receipt' });
  await expect(alone.sendMessage(order)).rejects.toMatchObject({ type: 'pacing', nextRetryDelay: 7_000 });
  expect(await it.ledger()).toHaveLength(8);
  expect(await alone.sendMessage(order)).toMatchObject({ state: 'accepted' });
});

test('calls and pages are cut to the rate, and hold one message at least', () => {
  const at = (rate: number) =>
    createTurns({ database: { sql: null }, clock: null } as never, () => new Map([['email', rate] as const]));
  expect([0.5, 30, 5_000].map((rate) => mostAtOnce(at(rate), 'email', 1_000))).toEqual([1, 30, 1_000]);
  expect([0.05, 30, 5_000].map((rate) => mostOfPage(at(rate), 'email', 1_000))).toEqual([1, 300, 1_000]);
  expect([mostAtOnce, mostOfPage].map((most) => most(unbounded, 'email', 1_000))).toEqual([1_000, 1_000]);
});
