import { describe, expect, test } from 'vitest';
import type { CallOutcome, Outbound } from '../../activities/channels/channel.ts';
import type { SendInput } from '../../activities/contract.ts';
import { raiseDelivery } from '../../src/db/queries/raise-delivery.ts';
import { runs, suppressions, unrouted } from '../../src/db/schema/index.ts';
import { settleClosedDeliveries } from '../../src/db/queries/settle-closed-deliveries.ts';
import { message } from '../../src/define/message.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';
import { startWatching, type Watching } from '../support/watching.ts';

const accepted: CallOutcome = { kind: 'accepted', providerId: 'p-1' };
const unclear: CallOutcome = { kind: 'unknown', detail: '502' };
const busy: CallOutcome = { kind: 'not-accepted', retryAfterMs: 7_000, detail: '429' };
const gone: CallOutcome = { kind: 'refused', code: '410', detail: '410' };
const silence = () => new Promise<CallOutcome>(() => {});
const invoice = message<object>({
  name: 'invoice',
  purpose: 'transactional',
  channels: ['email'],
  resendsUnknown: '10 minutes',
});

async function shop() {
  const it = await startSending(undefined, { messages: [invoice] });
  const { ask, runId } = await addRun(it, await addCustomer(it));
  const asked = () => ask({ message: 'invoice' });
  return Object.assign(it, { ask: asked, runId });
}

const states = async (it: Sending | Watching) => (await it.ledger()).map(({ state }) => state).sort();
const said = async (it: Sending) =>
  (await it.ledger())[0]!.verdicts.map(({ words }) => words.split(/[:;]/)[0]);
const answers = (outcomes: (() => CallOutcome | Promise<CallOutcome>)[]) => () => outcomes.shift()!();

/** The worker calls, and dies before an answer comes. */
async function dieCalling(it: Sending & { ask: () => SendInput }, sent: () => number): Promise<void> {
  const before = sent();
  void it.worker()(it.ask());
  await expect.poll(sent).toBe(before + 1);
}

describe('a provider that knows a delivery by its id', () => {
  const knowing = async (withinMs = 60_000) => {
    const it = await startSending();
    const { ask, runId } = await addRun(it, await addCustomer(it));
    Object.assign(it.channels.email, { idempotent: { withinMs } });
    return Object.assign(it, { ask, runId, sent: () => it.channels.email.sent.length });
  };

  test('is called again with the same id when a worker died amid its call', async () => {
    await using it = await knowing();
    it.channels.email.answer = answers([silence, () => accepted]);
    await dieCalling(it, it.sent);
    it.pass('5 seconds');
    expect((await it.worker()(it.ask())).state).toBe('accepted');
    const [first, second] = it.channels.email.sent;
    expect(second).toEqual(first);
    expect((await it.ledger())[0]!.verdicts.map(({ words }) => words)).toEqual([
      expect.stringContaining('every check has passed'),
      expect.stringContaining('the provider knows the delivery by its id'),
      expect.stringContaining('accepted'),
    ]);
  });

  test('and when no clear answer came', async () => {
    await using it = await knowing();
    it.channels.email.answer = answers([() => unclear, () => accepted]);
    await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted', nonRetryable: false });
    expect(await states(it)).toEqual(['intended']);
    expect((await it.send(it.ask())).state).toBe('accepted');
    expect(it.sent()).toBe(2);
  });

  test('but not longer than it remembers', async () => {
    await using it = await knowing();
    it.channels.email.answer = () => unclear;
    await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted' });
    it.pass('1 minute');
    expect((await it.send(it.ask())).state).toBe('unknown');
    expect(it.sent()).toBe(1);
  });

  test('nor when the run has ended meanwhile: as it may have been taken, it is unknown and not cancelled', async () => {
    await using it = await knowing();
    it.channels.email.answer = () => unclear;
    await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted' });
    await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered' });
    expect((await it.send(it.ask())).state).toBe('unknown');
    expect(it.sent()).toBe(1);
  });

  describe('whose repetition was not taken: that says nothing of the call before, which may have been', () => {
    const inDoubt = async () => {
      const it = await knowing();
      it.channels.email.answer = answers([() => unclear, () => busy, () => accepted]);
      await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted' });
      await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted', nextRetryDelay: 7_000 });
      return it;
    };

    test('is asked again, also by a worker that knows of nothing', async () => {
      for (const another of [true, false]) {
        await using it = await inDoubt();
        const again = another ? it.worker()(it.ask()) : it.send(it.ask());
        expect((await again).state).toBe('accepted');
        expect(it.sent()).toBe(3);
      }
    });

    test('is not asked when its time is over, and then it is unknown', async () => {
      await using it = await inDoubt();
      it.pass('1 minute');
      expect((await it.send(it.ask())).state).toBe('unknown');
      expect(it.sent()).toBe(2);
    });

    test('nor when the run has ended: it is unknown and never cancelled, to the keeper as well', async () => {
      for (const keeper of [false, true]) {
        await using it = await inDoubt();
        await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered' });
        if (keeper) {
          it.pass('1 hour');
          const [row] = await it.ledger();
          await settleClosedDeliveries(it.database.sql, {
            ...{ ids: [row!.id], at: it.clock.now() },
            calledBefore: new Date(it.clock.now().getTime() - 600_000),
          });
        } else await it.send(it.ask());
        expect(await states(it)).toEqual(['unknown']);
        expect(it.sent()).toBe(2);
      }
    });

    test('waits while its customer is behind, as long as its provider remembers', async () => {
      await using it = await inDoubt();
      const { customerId } = (await it.ledger())[0]!;
      await it.database.db.insert(unrouted).values({ seq: 1, userId: `user-${customerId}` });
      await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'behind' });
      await it.database.db.delete(unrouted);
      expect((await it.send(it.ask())).state).toBe('accepted');
    });
  });

  test('that refuses a call which another worker repeats already: what becomes of that decides', async () => {
    await using it = await knowing();
    const tell: ((outcome: CallOutcome) => void)[] = [];
    it.channels.email.answer = () => new Promise((resolve) => tell.push(resolve));
    const first = it.worker()(it.ask());
    await expect.poll(it.sent).toBe(1);
    it.pass('1 second');
    const second = it.worker()(it.ask());
    await expect.poll(it.sent).toBe(2);
    tell[0]!(gone);
    await expect(first).rejects.toMatchObject({ type: 'not-accepted' });
    expect(await states(it)).toEqual(['intended']);
    tell[1]!(accepted);
    expect((await second).state).toBe('accepted');
  });

  test('that refuses the repetition may have the message: unknown, and asked no more', async () => {
    await using it = await knowing();
    it.channels.email.answer = answers([() => unclear, () => gone]);
    await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted' });
    expect((await it.send(it.ask())).state).toBe('unknown');
    expect((await it.worker()(it.ask())).state).toBe('unknown');
    expect(it.sent()).toBe(2);
    expect((await it.ledger())[0]!.verdicts.at(-1)!.words).toContain('was refused with 410');
  });

  test('whose repetition was allowed and not made is in doubt as before, also to the process that knows it', async () => {
    await using it = await knowing();
    it.channels.email.answer = answers([() => unclear]);
    const { sql } = it.database;
    let commits = 0;
    const begin = async (...given: unknown[]) => {
      const passage: unknown = await (sql.begin as (...all: unknown[]) => Promise<unknown>).apply(sql, given);
      if (++commits === 2) throw new Error('the answer to the commit was lost');
      return passage;
    };
    const database = {
      sql: new Proxy(sql, { get: (of, name) => (name === 'begin' ? begin : Reflect.get(of, name)) }),
    };
    const send = it.worker({ database });
    await expect(send(it.ask())).rejects.toMatchObject({ type: 'not-accepted' });
    await expect(send(it.ask())).rejects.toThrow('the answer to the commit was lost');
    await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered' });
    expect((await send(it.ask())).state).toBe('unknown');
    expect(it.sent()).toBe(1);
  });

  test('is in doubt for a page as well, until it takes the message or its time is over', async () => {
    for (const isOver of [false, true]) {
      await using it = await startWatching();
      await it.line(3);
      await it.shelf(3);
      Object.assign(it.channels.email, { idempotent: { withinMs: 60_000 } });
      it.channels.email.answer = answers([() => unclear, () => busy, () => accepted]);
      const served = it.wave(async (page) => {
        await expect(it.worker()(page)).rejects.toMatchObject({ type: 'not-accepted' });
        await expect(it.worker()(page)).rejects.toMatchObject({ nextRetryDelay: 7_000 });
        expect((await it.ledger()).every(({ callingAt }) => callingAt !== null)).toBe(true);
        if (isOver) it.pass('1 minute');
        return it.worker()(page);
      });
      await served;
      expect(await states(it)).toEqual(Array(3).fill(isOver ? 'unknown' : 'accepted'));
      expect(it.channels.email.calls).toHaveLength(isOver ? 2 : 3);
    }
  });

  test('of a page’s repetition that is refused, each is asked alone, and unknown', async () => {
    await using it = await startWatching();
    await it.line(2);
    await it.shelf(2);
    Object.assign(it.channels.email, { idempotent: { withinMs: 60_000 } });
    it.channels.email.answer = answers([() => unclear, () => gone, () => gone, () => accepted]);
    await it.wave(async (page) => {
      await expect(it.worker()(page)).rejects.toMatchObject({ type: 'not-accepted' });
      return it.worker()(page);
    });
    expect(await states(it)).toEqual(['accepted', 'unknown']);
    expect(it.channels.email.calls.map(({ length }) => length)).toEqual([2, 2, 1, 1]);
  });

  test('is called again for a page as well', async () => {
    await using it = await startWatching();
    const line = await it.line(4);
    await it.shelf(4);
    Object.assign(it.channels.email, { idempotent: { withinMs: 60_000 } });
    it.channels.email.answer = answers([() => unclear, silence, () => accepted]);
    let pages = 0;
    const wave = it.wave(async (page) => {
      pages += 1;
      if (pages > 1) return it.worker()(page);
      await expect(it.worker()(page)).rejects.toMatchObject({ type: 'not-accepted' });
      void it.worker()(page);
      await expect.poll(() => it.channels.email.calls.length).toBe(2);
      return it.worker()(page);
    });
    await wave;
    expect(await states(it)).toEqual(Array(4).fill('accepted'));
    expect(await it.told()).toEqual(line);
    const ids = it.channels.email.calls.map((call) => call.map((one: Outbound) => one.deliveryId).sort());
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
  });
});

describe('a message that is owed and may come twice rather than never', () => {
  const sent = (it: Sending) => it.channels.email.sent.length;

  test('is held as unknown, and sent once more when nobody told what became of it', async () => {
    await using it = await shop();
    it.channels.email.answer = answers([() => unclear, () => accepted]);
    const first = await it.send(it.ask());
    const until = it.clock.now().getTime() + 600_000;
    expect(first).toMatchObject({ state: 'unknown', until });
    it.pass('9 minutes');
    expect(await it.worker()(it.ask())).toEqual(first);
    it.pass('1 minute');
    expect(await it.worker()(it.ask())).toMatchObject({ state: 'accepted', until: null, at: first.at });
    expect(await said(it)).toEqual(['intended', 'unknown', 'intended', 'accepted']);
    expect(it.channels.email.sent.map(({ deliveryId }) => deliveryId)).toEqual([
      first.deliveryId,
      first.deliveryId,
    ]);
  });

  test('is not sent again when the provider’s news came before that', async () => {
    await using it = await shop();
    it.channels.email.answer = () => unclear;
    const { deliveryId } = await it.send(it.ask());
    const verdict = { at: it.clock.now().toISOString(), channel: 'email', reason: null } as const;
    const news = {
      deliveryId,
      state: 'delivered',
      verdict: { ...verdict, state: 'delivered', words: '' },
    } as const;
    await raiseDelivery(it.database.sql, news);
    it.pass('1 hour');
    expect(await it.send(it.ask())).toMatchObject({ state: 'delivered', until: null });
    expect(sent(it)).toBe(1);
  });

  test('is sent once more and not a third time, whatever becomes of that', async () => {
    for (const second of [() => unclear, silence]) {
      await using it = await shop();
      it.channels.email.answer = answers([() => unclear, second]);
      await it.send(it.ask());
      it.pass('10 minutes');
      if (second === silence) await dieCalling(it, () => sent(it));
      expect(await it.worker()(it.ask())).toMatchObject({ state: 'unknown', until: null });
      it.pass('1 hour');
      expect(await it.worker()(it.ask())).toMatchObject({ state: 'unknown', until: null });
      expect(sent(it)).toBe(2);
      expect((await it.ledger())[0]).toMatchObject({ state: 'unknown', callingAt: null, heldUntil: null });
    }
  });

  test('is tried again when its second call was certainly not taken', async () => {
    await using it = await shop();
    const refused: CallOutcome = { kind: 'not-accepted', retryAfterMs: null, detail: 'ECONNREFUSED' };
    it.channels.email.answer = answers([() => unclear, () => refused, () => accepted]);
    await it.send(it.ask());
    it.pass('10 minutes');
    await expect(it.send(it.ask())).rejects.toMatchObject({ type: 'not-accepted' });
    expect(await states(it)).toEqual(['unknown']);
    expect((await it.worker()(it.ask())).state).toBe('accepted');
  });

  test('is unknown when its second call was refused: the first may have been taken; what that says of the address holds', async () => {
    await using it = await shop();
    const optedOut: CallOutcome = { ...gone, code: '21610', suppress: { reason: 'stopped' } };
    it.channels.email.answer = answers([() => unclear, () => optedOut]);
    await it.send(it.ask());
    it.pass('10 minutes');
    expect(await it.send(it.ask())).toMatchObject({ state: 'unknown', until: null });
    it.pass('1 hour');
    expect(await it.send(it.ask())).toMatchObject({ state: 'unknown', until: null });
    expect(sent(it)).toBe(2);
    expect(await it.database.db.select().from(suppressions)).toMatchObject([
      { channel: 'email', reason: 'stopped', source: 'refused with 21610' },
    ]);
  });

  test('also when the worker died amid the first call; not when the run has ended', async () => {
    for (const isOver of [false, true]) {
      await using it = await shop();
      it.channels.email.answer = answers([silence, () => accepted]);
      await dieCalling(it, () => sent(it));
      expect(await it.worker()(it.ask())).toMatchObject({ state: 'unknown' });
      if (isOver) await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered' });
      it.pass('10 minutes');
      expect((await it.worker()(it.ask())).state).toBe(isOver ? 'unknown' : 'accepted');
      expect(sent(it)).toBe(isOver ? 1 : 2);
    }
  });

  test('only what is owed may say so', () => {
    const wrong = () => message<object>({ ...invoice, purpose: 'offer' });
    expect(wrong).toThrow('resendsUnknown: the purpose is "offer"; only what is owed');
    expect(() => message<object>({ ...invoice, resendsUnknown: 'soon' as never })).toThrow('resendsUnknown');
  });
});
