import type { TransactionSql } from 'postgres';
import { describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import type { Sql } from '../../src/db/connect.ts';
import { startWatching, type Watching } from '../support/watching.ts';

/**
 * The steps of a page are: commit the rulings, mark a call, call, write what came of it, and so on for each call. A
 * process dies, or the database goes away, between any two of them; whoever comes next calls nobody twice and passes
 * nobody over, and only what was under way may stay unknown.
 */
async function shop(count = 5) {
  const it = await startWatching();
  const line = await it.line(count);
  await it.shelf(count);
  await it.database.sql`
    insert into waves (run_id, wave, began_at, next_at, units, places, allowed)
    values (${it.runId}, 1, ${it.clock.now()}, ${it.clock.now()}, ${count}, ${count}, ${count})`;
  return Object.assign(it, { people: line });
}

class Crash extends Error {}
type Step = 'commit' | 'mark' | 'settle';

const died = (served: Promise<unknown>) => expect(served).rejects.toThrow(Crash);
const states = async (it: Watching) => (await it.ledger()).map(({ state }) => state).sort();
const calls = (it: Watching) => it.channels.email.calls.map((call) => call.length);
const addresses = (it: Watching) => it.channels.email.calls.flat().map(({ to }) => to);

function stepOf(strings: readonly string[]): Step | null {
  const text = strings.join('?');
  if (text.includes('update deliveries d set calling_at = ?')) return 'mark';
  return text.includes('update deliveries') ? 'settle' : null;
}

/** A database that goes away before a step, or after it so that its answer is lost. */
function failing(
  { database: { sql } }: Watching,
  step: Step,
  when: 'before' | 'after' = 'before',
): { sql: Sql } {
  const around = async <T>(found: Step | null, work: () => PromiseLike<T>): Promise<T> => {
    if (found !== step) return work();
    if (when === 'before') throw new Crash('the database went away');
    await work();
    throw new Crash('the answer was lost');
  };
  const statement = (...given: Parameters<Sql>) => {
    const query = sql(...given);
    const found = stepOf(given[0]);
    // A part of another statement is not awaited by itself.
    return found === null ? query : around(found, () => query);
  };
  let transactions = 0;
  const begin = (work: (tx: TransactionSql) => Promise<unknown>) => {
    transactions += 1;
    return sql
      .begin(async (tx) => {
        const done = await work(tx);
        if (step === 'commit' && when === 'before') throw new Crash('before the commit');
        return done;
      })
      .then((done) => {
        if (step === 'commit') throw new Crash(`the answer to commit ${transactions} was lost`);
        return done;
      });
  };
  return {
    sql: Object.assign(statement, { json: (value: never) => sql.json(value), begin }) as unknown as Sql,
  };
}

describe('the process dies', () => {
  test('before the commit: the next one serves all', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, 'commit') })(it.page()));
    expect(await it.ledger()).toEqual([]);
    await it.worker()(it.page());
    expect(await it.told()).toEqual(it.people);
    expect(calls(it)).toEqual([5]);
  });

  test('after the commit: nobody was called, so the next one calls them, once', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, 'commit', 'after') })(it.page()));
    expect(await states(it)).toEqual(Array(5).fill('intended'));
    expect(await it.worker()(it.page())).toEqual({ next: null, lookAgain: false });
    expect(await it.told()).toEqual(it.people);
    expect(calls(it)).toEqual([5]);
  });

  test('after a call was marked: it may have been made, so it is unknown and not made', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, 'mark', 'after') })(it.page()));
    await it.worker()(it.page());
    expect(await states(it)).toEqual(Array(5).fill('unknown'));
    expect(calls(it)).toEqual([]);
  });

  test('after the call, before its end is written: one call, unknown', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, 'settle') })(it.page()));
    await it.worker()(it.page());
    expect(await states(it)).toEqual(Array(5).fill('unknown'));
    expect(calls(it)).toEqual([5]);
  });

  test('between two calls: only the first is in doubt, the rest is sent', async () => {
    await using it = await shop(5);
    it.channels.email.batch = { most: 2, send: it.channels.email.batch!.send };
    it.channels.email.answer = () => new Promise(() => {});
    void it.worker()(it.page());
    await expect.poll(() => calls(it)).toEqual([2]);
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'p' });
    await it.worker()(it.page());
    expect(await states(it)).toEqual(['accepted', 'accepted', 'accepted', 'unknown', 'unknown']);
    expect(calls(it)).toEqual([2, 2, 1]);
    expect(new Set(addresses(it)).size).toBe(5);
  });
});

describe('the process lives on, the database goes away', () => {
  /** One worker whose database fails until it is mended. */
  function troubled(it: Watching, step: Step, when: 'before' | 'after') {
    const trouble = { isOn: true };
    const bad = failing(it, step, when);
    const database = {
      get sql() {
        return trouble.isOn ? bad.sql : it.database.sql;
      },
    };
    return { trouble, serve: it.worker({ database }) };
  }

  test.each([
    ['mark', 'before'],
    ['mark', 'after'],
    ['settle', 'before'],
    ['settle', 'after'],
    ['commit', 'after'],
  ] as const)('at %s, %s it: everybody is called once and nobody is in doubt', async (step, when) => {
    await using it = await shop();
    const { trouble, serve } = troubled(it, step, when);
    await died(serve(it.page()));
    trouble.isOn = false;
    it.pass('1 second');
    await serve(it.page());
    expect(await states(it)).toEqual(Array(5).fill('accepted'));
    expect(addresses(it)).toHaveLength(5);
  });
});

describe('the provider', () => {
  test('takes nothing just now: the wave stops, and the same are called again', async () => {
    await using it = await shop(5);
    it.channels.email.batch = { most: 2, send: it.channels.email.batch!.send };
    const busy: CallOutcome = { kind: 'not-accepted', retryAfterMs: 7_000, detail: '429' };
    it.channels.email.answer = () => (calls(it).length === 2 ? busy : { kind: 'accepted', providerId: 'p' });
    await expect(it.worker()(it.page())).rejects.toMatchObject({
      type: 'not-accepted',
      nextRetryDelay: 7_000,
    });
    expect(await states(it)).toEqual(['accepted', 'accepted', 'intended', 'intended', 'intended']);
    await it.worker()(it.page());
    expect(await states(it)).toEqual(Array(5).fill('accepted'));
    expect(calls(it)).toEqual([2, 2, 2, 1]);
  });

  test('refuses a batch: it is halved until the bad address stands alone', async () => {
    await using it = await shop(16);
    it.channels.email.answer = (messages) =>
      messages.some(({ to }) => to === 'p11@shop.example')
        ? { kind: 'refused', code: '400', detail: 'Does not contain a valid address.' }
        : { kind: 'accepted', providerId: 'p' };
    await it.worker()(it.page());
    const failed = (await it.ledger()).filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([{ customerId: it.people[11], providerCode: '400' }]);
    expect((await states(it)).filter((state) => state === 'accepted')).toHaveLength(15);
    expect(calls(it)).toEqual([16, 8, 8, 4, 2, 2, 1, 1, 4]);
  });

  test('gives no clear answer: unknown, and not sent again', async () => {
    await using it = await shop();
    it.channels.email.answer = () => ({ kind: 'unknown', detail: '502' });
    await it.worker()(it.page());
    await it.worker()(it.page());
    expect(await states(it)).toEqual(Array(5).fill('unknown'));
    expect(calls(it)).toEqual([5]);
  });

  test('is slow, and the worker stops: what was not begun is left for the next', async () => {
    await using it = await shop(5);
    it.channels.email.batch = { most: 2, send: it.channels.email.batch!.send };
    const stop = new AbortController();
    it.channels.email.answer = () => (stop.abort(), { kind: 'accepted', providerId: 'p' });
    await expect(it.worker({ abort: () => stop.signal })(it.page())).rejects.toThrow(/between two calls/);
    expect(await states(it)).toEqual(['accepted', 'accepted', 'intended', 'intended', 'intended']);
    await it.worker()(it.page());
    expect(await it.told()).toEqual(it.people);
  });
});

test('two attempts at once serve everybody once', async () => {
  await using it = await shop(20);
  await Promise.all([it.worker()(it.page()), it.worker()(it.page()), it.worker()(it.page())]);
  await it.worker()(it.page());
  expect((await it.told()).sort()).toEqual([...it.people].sort());
  expect(new Set(addresses(it)).size).toBe(20);
  expect(addresses(it)).toHaveLength(20);
});

test('what was decided and not sent is not sent when the run has ended, or consent was taken back', async () => {
  await using it = await shop(3);
  await died(it.worker({ database: failing(it, 'commit', 'after') })(it.page()));
  await it.database.sql`
    insert into consents (id, customer_id, channel, state, source, at)
    values (gen_random_uuid(), ${it.people[0]!}, 'email', 'denied', 'test', ${new Date(it.clock.now().getTime() + 1)})`;
  await it.worker()(it.page());
  expect(await it.told()).toEqual(it.people.slice(1));
  const [refused] = (await it.ledger()).filter(({ customerId }) => customerId === it.people[0]);
  expect(refused).toMatchObject({ state: 'cancelled', reason: 'no-consent', arm: 'treated' });
});
