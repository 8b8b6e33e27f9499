import type { ApplicationFailure } from '@temporalio/common';
import type { TransactionSql } from 'postgres';
import { describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import { raiseDelivery } from '../../src/db/queries/raise-delivery.ts';
import { consents, deliveries, runs, unrouted } from '../../src/db/schema/index.ts';
import type { Sql } from '../../src/db/connect.ts';
import { newId } from '../../src/ids.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';
import { heldOpen } from '../support/held-open.ts';

/**
 * The steps of a send are: commit `intended`, call, write what came of it. A process dies, or the database goes away,
 * between any two of them; whoever comes next must not call again unless it is certain that nobody did.
 */
async function shop() {
  const sending = await startSending();
  const customerId = await addCustomer(sending);
  return Object.assign(sending, { customerId, ...(await addRun(sending, customerId)) });
}

class Crash extends Error {}

const stateOf = async (it: Sending) => (await it.ledger())[0]?.state;
const died = (sent: Promise<unknown>) => expect(sent).rejects.toThrow(Crash);
const notTaken = (retryAfterMs: number | null = null): CallOutcome => ({
  kind: 'not-accepted',
  retryAfterMs,
  detail: 'connection refused',
});
const failure = (sent: Promise<unknown>): Promise<ApplicationFailure> =>
  sent.then(
    () => expect.unreachable('the send was to fail'),
    (error: unknown) => error as ApplicationFailure,
  );

/** A database that fails around the gate's transaction, or at every statement after it. */
function failing(it: Sending, when: { commit?: 'lost' | 'rolled back'; settle?: boolean }): { sql: Sql } {
  const { sql } = it.database;
  const statement = (...given: Parameters<Sql>) => {
    if (when.settle) throw new Crash('the database went away');
    return sql(...given);
  };
  const begin = async (work: (tx: TransactionSql) => Promise<unknown>) => {
    const done = await sql.begin(async (tx) => {
      const result = await work(tx);
      if (when.commit === 'rolled back') throw new Crash('the database went away before the commit');
      return result;
    });
    if (when.commit === 'lost') throw new Crash('the answer to the commit was lost');
    return done;
  };
  return {
    sql: Object.assign(statement, { json: (value: never) => sql.json(value), begin }) as unknown as Sql,
  };
}

describe('the process dies', () => {
  test('before the commit: the next one sends', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, { commit: 'rolled back' }) })(it.ask()));
    expect(await it.ledger()).toEqual([]);
    expect((await it.worker()(it.ask())).state).toBe('accepted');
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('after the commit, before the call: nobody knows, so nobody calls', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, { commit: 'lost' }) })(it.ask()));
    expect(await stateOf(it)).toBe('intended');
    expect((await it.worker()(it.ask())).state).toBe('unknown');
    expect(it.channels.email.sent).toEqual([]);
    expect((await it.worker()(it.ask())).state).toBe('unknown');
  });

  test('during the call: one call, unknown, and whatever the provider says later', async () => {
    await using it = await shop();
    it.channels.email.answer = () => new Promise(() => {});
    void it.worker()(it.ask());
    await expect.poll(() => it.channels.email.sent.length).toBe(1);
    const answer = await it.worker()(it.ask());
    expect(answer).toMatchObject({ state: 'unknown', arm: 'treated', channel: 'email' });
    expect(it.channels.email.sent).toHaveLength(1);
    const verdict = { at: it.clock.now().toISOString(), channel: 'email', reason: null } as const;
    const word = { ...verdict, state: 'delivered', words: 'delivered' } as const;
    await raiseDelivery(it.database.sql, {
      deliveryId: answer.deliveryId,
      state: 'delivered',
      verdict: word,
    });
    expect((await it.worker()(it.ask())).state).toBe('delivered');
  });

  test('after the call, before its end is written: one call, unknown', async () => {
    await using it = await shop();
    await died(it.worker({ database: failing(it, { settle: true }) })(it.ask()));
    expect((await it.worker()(it.ask())).state).toBe('unknown');
    expect(it.channels.email.sent).toHaveLength(1);
  });
});

describe('the process dies, everything written, before Temporal hears of it', () => {
  test.each([
    [{ kind: 'accepted', providerId: 'p-1' }, 'accepted'],
    [{ kind: 'refused', code: '400', detail: 'no' }, 'failed'],
  ] as [CallOutcome, string][])('the next one tells what the ledger has: %j', async (outcome, state) => {
    await using it = await shop();
    it.channels.email.answer = () => outcome;
    const told = await it.worker()(it.ask());
    it.pass('1 hour');
    expect(await it.worker()(it.ask())).toEqual(told);
    expect(told.state).toBe(state);
    expect(it.channels.email.sent).toHaveLength(1);
  });
});

describe('the process lives on, the database goes away', () => {
  /** One worker whose database fails as long as `when` says. */
  function troubled(it: Sending) {
    const when: Parameters<typeof failing>[1] = {};
    return {
      when,
      send: (() => {
        const database = {
          get sql() {
            return failing(it, when).sql;
          },
        };
        return it.worker({ database });
      })(),
    };
  }

  test('at the commit: it knows that nobody called, and calls', async () => {
    await using it = await shop();
    const { when, send } = troubled(it);
    when.commit = 'lost';
    await died(send(it.ask()));
    expect(it.channels.email.sent).toEqual([]);
    delete when.commit;
    expect((await send(it.ask())).state).toBe('accepted');
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('at the commit, and the customer buys meanwhile: cancelled', async () => {
    await using it = await shop();
    const { when, send } = troubled(it);
    when.commit = 'lost';
    await died(send(it.ask()));
    delete when.commit;
    await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered' });
    expect(await send(it.ask())).toMatchObject({ state: 'cancelled', reason: 'run-closed' });
    expect(it.channels.email.sent).toEqual([]);
  });

  test.each([
    [{ kind: 'accepted', providerId: 'p-1' }, 'accepted'],
    [{ kind: 'refused', code: '400', detail: 'no' }, 'failed'],
    [{ kind: 'unknown', detail: '502' }, 'unknown'],
  ] as [CallOutcome, string][])('after the call: it still knows %j', async (outcome, state) => {
    await using it = await shop();
    const { when, send } = troubled(it);
    it.channels.email.answer = () => outcome;
    when.settle = true;
    await died(send(it.ask()));
    await died(send(it.ask()));
    expect(await stateOf(it)).toBe('intended');
    delete when.settle;
    expect((await send(it.ask())).state).toBe(state);
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('after a call that was not taken: it is made again', async () => {
    await using it = await shop();
    const { when, send } = troubled(it);
    it.channels.email.answer = () => notTaken();
    when.settle = true;
    await died(send(it.ask()));
    delete when.settle;
    expect((await failure(send(it.ask()))).type).toBe('not-accepted');
    expect(it.channels.email.sent).toHaveLength(1);
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'p' });
    expect((await it.worker()(it.ask())).state).toBe('accepted');
    expect(it.channels.email.sent).toHaveLength(2);
  });
});

describe('an attempt that was given up and goes on', () => {
  /** A call that hangs until it is told its end; a second worker gives it up meanwhile. */
  async function givenUp(it: Sending & { ask: Awaited<ReturnType<typeof shop>>['ask'] }) {
    let end!: (outcome: CallOutcome) => void;
    it.channels.email.answer = () => new Promise((resolve) => (end = resolve));
    const first = it.worker()(it.ask());
    await expect.poll(() => it.channels.email.sent.length).toBe(1);
    expect((await it.worker()(it.ask())).state).toBe('unknown');
    return { first, end };
  }

  test.each([
    [{ kind: 'accepted', providerId: 'p-1' }, 'accepted'],
    [{ kind: 'refused', code: '21610', detail: 'opted out' }, 'failed'],
    [notTaken(), 'failed'],
    [{ kind: 'unknown', detail: 'reset' }, 'unknown'],
  ] as [CallOutcome, string][])('brings the truth: %j', async (outcome, state) => {
    await using it = await shop();
    const { first, end } = await givenUp(it);
    end(outcome);
    expect((await first).state).toBe(state);
    expect(await it.worker()(it.ask())).toMatchObject({ state });
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('two attempts at once in one process make one call', async () => {
    await using it = await shop();
    let end!: (outcome: CallOutcome) => void;
    it.channels.email.answer = () => new Promise((resolve) => (end = resolve));
    const both = [it.send(it.ask()), it.send(it.ask())];
    await expect.poll(() => it.channels.email.sent.length).toBe(1);
    await expect.poll(() => stateOf(it)).toBe('unknown');
    end({ kind: 'accepted', providerId: 'p' });
    const states = (await Promise.all(both)).map(({ state }) => state).sort();
    expect(states).toEqual(['accepted', 'unknown']);
    expect(await stateOf(it)).toBe('accepted');
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('an attempt that was given up and begins its call just then: its successor in the process does not call as well', async () => {
    await using it = await shop();
    const [committed, told, looking, looked] = [heldOpen(), heldOpen(), heldOpen(), heldOpen()];
    const { sql } = it.database;
    let attempts = 0;
    const begin = async (...given: unknown[]) => {
      const isFirst = ++attempts === 1;
      const passage: unknown = await (sql.begin as (...all: unknown[]) => Promise<unknown>).apply(sql, given);
      if (!isFirst) return passage;
      committed.open();
      await told.opened;
      return passage;
    };
    let rendered = 0;
    const send = it.worker({
      database: {
        sql: new Proxy(sql, { get: (of, name) => (name === 'begin' ? begin : Reflect.get(of, name)) }),
      },
      render: async () => {
        if (++rendered === 2) {
          looking.open();
          await looked.opened;
        }
        return { subject: 's', html: 'h', text: 't' };
      },
    });
    const first = send(it.ask());
    await committed.opened;
    const second = send(it.ask());
    await looking.opened;
    told.open();
    await expect(first).rejects.toThrow('A later attempt has taken over this call');
    looked.open();
    expect((await second).state).toBe('accepted');
    expect(it.channels.email.sent).toHaveLength(1);
  });
});

describe('a call that was certainly not taken', () => {
  test('is made again, after what the provider asked for, else at growing distances', async () => {
    await using it = await shop();
    const delays: unknown[] = [];
    for (const [attempt, asked] of [
      [1, null],
      [2, 7_000],
      [3, null],
      [40, null],
      [41, 9e9],
    ] as const) {
      it.channels.email.answer = () => notTaken(asked);
      const failed = await failure(it.worker({ attempt: () => attempt })(it.ask()));
      expect(failed).toMatchObject({ type: 'not-accepted', nonRetryable: false });
      delays.push(failed.nextRetryDelay);
      expect((await it.ledger())[0]).toMatchObject({ state: 'intended', callingAt: null });
    }
    expect(delays).toEqual([1_000, 7_000, 4_000, 60_000, 3_600_000]);
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'p' });
    expect((await it.worker()(it.ask())).state).toBe('accepted');
    const [row] = await it.ledger();
    expect(row!.verdicts.map(({ state }) => state)).toEqual(['intended', 'intended', 'accepted']);
  });

  test('keeps the time of its would-send and its place in the caps', async () => {
    await using it = await shop();
    const wouldSend = it.clock.now().getTime();
    it.channels.email.answer = () => notTaken();
    await failure(it.send(it.ask()));
    it.pass('1 minute');
    const other = await addRun(it, it.customerId);
    expect((await it.send(other.ask())).reason).toBe('capped');
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'p' });
    expect((await it.send(it.ask())).at).toBe(wouldSend);
  });

  test('is not made again when the run has ended or consent was taken back', async () => {
    for (const change of ['run-closed', 'no-consent'] as const) {
      await using it = await shop();
      it.channels.email.answer = () => notTaken();
      await failure(it.send(it.ask()));
      if (change === 'run-closed') {
        await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered' });
      } else {
        const at = new Date(it.clock.now().getTime() + 1);
        const consent = {
          id: newId(it.clock),
          customerId: it.customerId,
          channel: 'email',
          at,
          source: 'test',
        };
        await it.database.db.insert(consents).values({ ...consent, state: 'denied' });
      }
      const answer = await it.send(it.ask());
      expect(answer).toMatchObject({ state: 'cancelled', reason: change, arm: 'treated' });
      expect(await it.send(it.ask())).toEqual(answer);
      expect(it.channels.email.sent).toHaveLength(1);
    }
  });

  test('waits while the customer is behind', async () => {
    await using it = await shop();
    it.channels.email.answer = () => notTaken();
    await failure(it.send(it.ask()));
    await it.database.db.insert(unrouted).values({ seq: 1, userId: `user-${it.customerId}` });
    expect((await failure(it.send(it.ask()))).type).toBe('behind');
    expect((await it.ledger())[0]).toMatchObject({ state: 'intended' });
    expect(it.channels.email.sent).toHaveLength(1);
  });
});

test('a run that is started anew is led to the channel on which its message is on its way', async () => {
  await using it = await startSending();
  const phone = '+4915112345678';
  const customerId = await addCustomer(it, { email: undefined, phone, consents: { sms: 'granted' } });
  const { ask } = await addRun(it, customerId);
  it.channels.sms.answer = () => notTaken();
  const refused = await it.send(ask());
  await failure(it.send(ask({ channel: 'sms' })));
  it.channels.sms.answer = () => ({ kind: 'accepted', providerId: 'p-1' });
  const anew = it.worker();
  expect(await anew(ask())).toEqual(refused);
  expect((await anew(ask({ channel: 'sms' }))).state).toBe('accepted');
  expect(await anew(ask())).toMatchObject({ state: 'accepted', channel: 'sms' });
  expect(it.channels.sms.sent).toHaveLength(2);
});

test('a webhook that is faster than the answer of the provider is not undone', async () => {
  await using it = await shop();
  it.channels.email.answer = async ({ deliveryId }) => {
    await it.database.db.update(deliveries).set({ state: 'delivered', callingAt: null });
    expect(deliveryId).toBeDefined();
    return { kind: 'accepted', providerId: 'p-1' };
  };
  expect((await it.send(it.ask())).state).toBe('delivered');
  expect((await it.ledger())[0]).toMatchObject({ state: 'delivered', providerId: 'p-1' });
});

test('an adapter that throws leaves the call in doubt', async () => {
  await using it = await shop();
  it.channels.email.answer = () => {
    throw new DOMException('The operation was aborted', 'AbortError');
  };
  expect((await it.send(it.ask())).state).toBe('unknown');
  expect((await it.send(it.ask())).state).toBe('unknown');
  expect(it.channels.email.sent).toHaveLength(1);
});
