import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import type { SendInput } from '../../activities/contract.ts';
import { createChannelActivities } from '../../activities/send.ts';
import { consents, contacts, customers, carts, runs, settings, unrouted } from '../../src/db/schema/index.ts';
import { eq } from 'drizzle-orm';
import { armKeyOf } from '../../src/domain/holdout.ts';
import { messages } from '../../src/messages/index.ts';
import { renderMessage } from '../../src/messages/render.ts';
import { MissingData } from '../../src/messages/missing-data.ts';
import { newId } from '../../src/ids.ts';
import { teapot } from '../support/open-run.ts';
import {
  addCustomer,
  addRun,
  startSending,
  testJourney,
  testMessages,
  testSecret,
  type Sending,
} from '../support/sending.ts';

/** A customer with a run that may send, unless told otherwise. */
async function shop(wanted: Parameters<typeof addCustomer>[1] = {}, definitions = [testJourney('cart')]) {
  const sending = await startSending(definitions);
  const customerId = await addCustomer(sending, wanted);
  const { runId, ask } = await addRun(sending, customerId);
  return Object.assign(sending, { customerId, runId, ask });
}

const failureOf = (sent: Promise<unknown>): Promise<ApplicationFailure> =>
  sent.then(
    () => expect.unreachable('the send was to fail'),
    (error: unknown) => error as ApplicationFailure,
  );

describe('a send that nothing speaks against', () => {
  test('goes out once, and the ledger says so', async () => {
    await using it = await shop();
    const answer = await it.send(it.ask({ data: { percentOff: 10 } }));
    expect(answer).toMatchObject({ state: 'accepted', reason: null, channel: 'email', arm: 'treated' });
    expect(answer.at).toBe(it.clock.now().getTime());
    expect(it.channels.email.sent).toMatchObject([
      { deliveryId: answer.deliveryId, to: 'ada@example.test', content: { text: 'nudge {"percentOff":10}' } },
    ]);
    const [row, ...others] = await it.ledger();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      id: answer.deliveryId,
      name: 'cart',
      message: 'nudge',
      purpose: 'help',
      state: 'accepted',
      providerId: 'email-1',
      callingAt: null,
    });
    expect(row!.verdicts.map((verdict) => verdict.state)).toEqual(['intended', 'accepted']);
  });

  test('repeated, it answers the same and calls nobody', async () => {
    await using it = await shop();
    const answer = await it.send(it.ask());
    it.pass('1 hour');
    expect(await it.send(it.ask())).toEqual(answer);
    expect(await it.worker()(it.ask())).toEqual(answer);
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('items get the words that did not pass through Temporal', async () => {
    await using it = await shop();
    const { runId, ask } = await addRun(it, it.customerId, { key: 'cart-1' });
    const cart = {
      customerId: it.customerId,
      key: 'cart-1',
      lines: [teapot],
      lastActivityAt: it.clock.now(),
    };
    await it.database.db.insert(carts).values(cart);
    await it.send(ask({ runId, data: { items: [{ line: 'teapot', quantity: 1 }] } }));
    expect(it.channels.email.sent[0]!.content).toMatchObject({
      text: expect.stringContaining('"title":"A teapot for two"') as string,
    });
  });

  test('the gate never judges by an earlier time than the journey asked at', async () => {
    await using it = await shop();
    const later = it.clock.now().getTime() + 5_000;
    expect((await it.send(it.ask({ askedAt: later }))).at).toBe(later);
  });
});

describe('what holds a send back', () => {
  test('a run that has ended', async () => {
    await using it = await shop();
    await it.database.db.update(runs).set({ state: 'closed', outcome: 'ordered', closedAt: it.clock.now() });
    const answer = await it.send(it.ask());
    expect(answer).toMatchObject({ state: 'withheld', reason: 'run-closed', arm: null });
    expect(it.channels.email.sent).toEqual([]);
    expect((await it.ledger())[0]!.verdicts[0]!.words).toBe(
      'withheld: run-closed — the run had ended as ordered at 2026-03-02T18:00:00.000Z',
    );
  });

  test('a refusal of what the message is about, though the customer agreed to the channel', async () => {
    await using it = await shop();
    const refuse = (topic: string) => it.database.sql`
      insert into consents (id, customer_id, channel, topic, state, source, at)
      values (gen_random_uuid(), ${it.customerId}, 'email', ${topic}, 'denied', 'test', ${it.clock.now()})`;
    await refuse('other');
    expect(await it.send(it.ask())).toMatchObject({ state: 'accepted' });
    await refuse('news');
    const answer = await it.send(it.ask({ message: 'news' }));
    expect(answer).toMatchObject({ state: 'withheld', reason: 'no-consent' });
    const ofNews = (await it.ledger()).find(({ message }) => message === 'news');
    expect(ofNews!.verdicts[0]!.words).toBe('withheld: no-consent — the customer refused email:news');
  });

  test('a channel that has no provider', async () => {
    await using it = await shop({ phone: '+14155550123', consents: { sms: 'granted' } });
    const send = it.worker({ channels: { ...it.channels, sms: null } });
    expect(await send(it.ask({ channel: 'sms' }))).toMatchObject({
      state: 'withheld',
      reason: 'unreachable',
    });
    expect((await it.ledger())[0]!.verdicts[0]!.words).toContain('no provider is configured for sms');
  });

  test.each([
    ['nudge', 'no-consent'],
    ['offer', 'no-consent'],
    ['receipt', null],
  ])('nobody asked for consent: %s -> %s', async (message, reason) => {
    await using it = await shop({ consents: {} });
    expect((await it.send(it.ask({ message }))).reason).toBe(reason);
  });

  test('the newest consent of the channel holds', async () => {
    await using it = await shop();
    const { customerId } = it;
    const given = (state: 'granted' | 'denied', afterMs: number) => ({
      ...{ id: newId(it.clock), customerId, channel: 'email', source: 'test', state },
      at: new Date(it.clock.now().getTime() + afterMs),
    });
    await it.database.db.insert(consents).values(given('denied', 1));
    expect((await it.send(it.ask())).reason).toBe('no-consent');
    await it.database.db.insert(consents).values(given('granted', 2));
    expect((await it.send(it.ask({ nth: 2 }))).state).toBe('accepted');
  });

  test('data that the message asks for and that are not there; in neither arm', async () => {
    await using it = await shop({}, [testJourney('cart', { holdout: 1 })]);
    const send = it.worker({
      render: () => {
        throw new MissingData('nudge', 'items[0].title');
      },
    });
    expect(await send(it.ask())).toMatchObject({ state: 'withheld', reason: 'missing-data', arm: null });
    expect((await it.ledger())[0]!.verdicts[0]!.words).toContain('items[0].title');
  });

  test('an unknown run, and a channel that the message does not have, are not tried again', async () => {
    await using it = await shop();
    const strange = { runId: newId(it.clock) };
    expect((await failureOf(it.send(it.ask(strange)))).nonRetryable).toBe(true);
    const failure = await failureOf(it.send(it.ask({ message: 'receipt', channel: 'sms' })));
    expect(failure.nonRetryable).toBe(true);
    expect(failure.message).toBe('The message receipt has no content for sms: its channels are email.');
  });
});

describe('the next channel', () => {
  test('the verdict that got furthest stands in the row, each one is kept', async () => {
    await using it = await shop({ phone: '+14155550123', consents: {} });
    expect(await it.send(it.ask())).toMatchObject({ reason: 'no-consent', channel: 'email' });
    await it.database.db.update(customers).set({ traits: {} });
    expect(await it.send(it.ask({ channel: 'sms' }))).toMatchObject({
      reason: 'no-consent',
      channel: 'email',
    });
    const [row, ...others] = await it.ledger();
    expect(others).toEqual([]);
    expect(row!.verdicts.map(({ channel, reason }) => [channel, reason])).toEqual([
      ['email', 'no-consent'],
      ['sms', 'unreachable'],
    ]);
  });

  test('further on the second channel: that one stands', async () => {
    await using it = await shop({ email: undefined, phone: '+14155550123', consents: {} });
    await it.send(it.ask());
    expect(await it.send(it.ask({ channel: 'sms' }))).toMatchObject({ reason: 'no-consent', channel: 'sms' });
    expect(await it.send(it.ask())).toMatchObject({ reason: 'no-consent', channel: 'sms' });
    expect((await it.ledger())[0]!.verdicts).toHaveLength(2);
  });

  test('equally far on both: the first one stands', async () => {
    await using it = await shop({ email: undefined, consents: {} });
    await it.send(it.ask());
    expect(await it.send(it.ask({ channel: 'sms' }))).toMatchObject({
      reason: 'unreachable',
      channel: 'email',
    });
  });

  test('takes the message', async () => {
    await using it = await shop({ email: undefined, phone: '+1 415 555 0123', consents: { sms: 'granted' } });
    expect((await it.send(it.ask())).state).toBe('withheld');
    const answer = await it.send(it.ask({ channel: 'sms' }));
    expect(answer).toMatchObject({ state: 'accepted', channel: 'sms', reason: null });
    expect(it.channels.sms.sent[0]!.to).toBe('+14155550123');
    expect(await it.ledger()).toHaveLength(1);
    expect(await it.send(it.ask())).toEqual(answer);
  });

  test('is no way around a verdict on the message', async () => {
    await using it = await shop({ phone: '+14155550123', consents: { email: 'granted', sms: 'granted' } });
    await it.send(it.ask({ nth: 1 }));
    expect(await it.send(it.ask({ nth: 2 }))).toMatchObject({ reason: 'capped', channel: 'email' });
    it.pass('2 days');
    expect(await it.send(it.ask({ nth: 2, channel: 'sms' }))).toMatchObject({
      reason: 'capped',
      channel: 'email',
    });
    expect(it.channels.sms.sent).toEqual([]);
  });
});

describe('behind', () => {
  const owe = (it: Sending, seq: number, ids: Partial<typeof unrouted.$inferInsert>) =>
    it.database.db.insert(unrouted).values({ seq, ...ids });

  test('waits, says so once, and looks again at growing distances', async () => {
    await using it = await shop();
    await owe(it, 1, { userId: `user-${it.customerId}` });
    const delays: unknown[] = [];
    for (const attempt of [1, 2, 5, 20]) {
      const failure = await failureOf(it.worker({ attempt: () => attempt })(it.ask()));
      expect(failure).toMatchObject({ type: 'behind', nonRetryable: false });
      delays.push(failure.nextRetryDelay);
    }
    expect(delays).toEqual([250, 375, 250 * 1.5 ** 4, 4_000]);
    const [row] = await it.ledger();
    expect(row).toMatchObject({ state: 'waiting', reason: 'behind', arm: null });
    expect(row!.verdicts).toHaveLength(1);

    await it.database.db.delete(unrouted);
    expect((await it.send(it.ask())).state).toBe('accepted');
    expect((await it.ledger())[0]!.verdicts.map(({ state }) => state)).toEqual([
      'waiting',
      'intended',
      'accepted',
    ]);
  });

  test('a purchase that was answered before the gate looked stops the nudge', async () => {
    await using it = await shop();
    await owe(it, 1, { userId: `user-${it.customerId}` });
    await failureOf(it.send(it.ask()));
    await it.database.sql.begin(async (tx) => {
      await tx`delete from unrouted`;
      await tx`update runs set state = 'closed', outcome = 'ordered', closed_at = ${it.clock.now()}`;
    });
    expect(await it.send(it.ask())).toMatchObject({ state: 'withheld', reason: 'run-closed' });
    expect(it.channels.email.sent).toEqual([]);
  });

  test.each([
    ['userId', true],
    ['anonymousId', false],
    ['previousId', true],
  ] as const)('an event under the id of a user as %s: %s', async (place, isBehind) => {
    await using it = await shop();
    await owe(it, 1, {
      userId: 'somebody else',
      anonymousId: 'their browser',
      [place]: `user-${it.customerId}`,
    });
    const sent = it.send(it.ask());
    if (isBehind) expect((await failureOf(sent)).type).toBe('behind');
    else expect((await sent).state).toBe('accepted');
  });

  test("a delivery waits while a channel is left to be asked, and keeps each channel's verdict", async () => {
    await using it = await shop({ email: undefined, phone: '+14155550123', consents: { sms: 'granted' } });
    for (const _ of [1, 2]) {
      const answer = await it.send(it.ask());
      expect(answer).toMatchObject({ state: 'withheld', reason: 'unreachable', channel: 'email' });
    }
    const [first] = await it.ledger();
    expect(first).toMatchObject({ state: 'waiting', reason: 'unreachable', channel: 'email' });
    expect(first!.verdicts).toMatchObject([{ state: 'withheld', reason: 'unreachable', channel: 'email' }]);
    await owe(it, 1, { userId: `user-${it.customerId}` });
    for (const _ of [1, 2]) await failureOf(it.send(it.ask({ channel: 'sms' })));
    const [row] = await it.ledger();
    expect(row).toMatchObject({ state: 'waiting', reason: 'behind', channel: 'sms' });
    expect(row!.verdicts).toHaveLength(2);
    await it.database.db.delete(unrouted);
    expect(await it.send(it.ask({ channel: 'sms' }))).toMatchObject({ state: 'accepted', channel: 'sms' });
  });
});

describe('paused', () => {
  const pause = (it: Sending, scope: string) =>
    it.database.db
      .insert(settings)
      .values({ scope, value: { pausedAt: it.clock.now() }, at: it.clock.now() });
  const resume = (it: Sending) => it.database.db.delete(settings);

  test.each(['sending', 'journey:cart'])(
    '%s: waits, says so once, and looks again at growing distances',
    async (scope) => {
      await using it = await shop();
      await pause(it, scope);
      const delays: unknown[] = [];
      for (const attempt of [1, 2, 6, 7, 500]) {
        const failure = await failureOf(it.worker({ attempt: () => attempt })(it.ask()));
        expect(failure).toMatchObject({ type: 'paused', nonRetryable: false, category: 'BENIGN' });
        delays.push(failure.nextRetryDelay);
      }
      expect(delays).toEqual([1_000, 2_000, 5_000, 5_000, 5_000]);
      const [row] = await it.ledger();
      expect(row).toMatchObject({ state: 'waiting', reason: 'paused', arm: null });
      expect(row!.verdicts).toHaveLength(1);
      expect(row!.verdicts[0]!.words).toContain('paused since 2026-03-02T18:00:00.000Z');
      expect(it.channels.email.sent).toEqual([]);

      await resume(it);
      expect((await it.send(it.ask())).state).toBe('accepted');
      expect(it.channels.email.sent).toHaveLength(1);
    },
  );

  test('another journey goes on', async () => {
    await using it = await shop();
    await pause(it, 'journey:trial');
    expect((await it.send(it.ask())).state).toBe('accepted');
  });

  test('what waited is gated again: by the caps, the end of its run, and its time', async () => {
    await using it = await shop();
    const [second, third, fourth] = await Promise.all([1, 2, 3].map(() => addRun(it, it.customerId)));
    await pause(it, 'sending');
    for (const { ask } of [it, second!, third!, fourth!]) await failureOf(it.send(ask()));
    await it.database.db
      .update(runs)
      .set({ state: 'closed', outcome: 'ordered', closedAt: it.clock.now() })
      .where(eq(runs.id, third!.runId));
    // A run that ended is told so while sending is paused: it need not stay open for it.
    expect(await it.send(third!.ask())).toMatchObject({ state: 'withheld', reason: 'run-closed' });
    await resume(it);
    expect((await it.send(it.ask())).state).toBe('accepted');
    expect(await it.send(second!.ask())).toMatchObject({ state: 'withheld', reason: 'capped' });
    it.pass('10 days');
    expect(await it.send(fourth!.ask())).toMatchObject({ state: 'withheld', reason: 'expired' });
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test('a message that the provider did not take is not sent again until it is resumed', async () => {
    await using it = await shop();
    it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: '429' });
    await failureOf(it.send(it.ask()));
    await pause(it, 'journey:cart');
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: null });
    expect((await failureOf(it.send(it.ask()))).type).toBe('paused');
    expect(it.channels.email.sent).toHaveLength(1);
    await resume(it);
    expect((await it.send(it.ask())).state).toBe('accepted');
  });
});

describe('the holdout', () => {
  test('is recorded at would-send, counts, and is the same for ever', async () => {
    await using it = await shop({}, [testJourney('cart', { holdout: 1 })]);
    const answer = await it.send(it.ask());
    expect(answer).toMatchObject({ state: 'held-out', reason: null, arm: 'held-out', channel: 'email' });
    expect(await it.send(it.ask())).toEqual(answer);
    expect(it.channels.email.sent).toEqual([]);
    expect(await it.send(it.ask({ nth: 2 }))).toMatchObject({
      state: 'withheld',
      reason: 'capped',
      arm: null,
    });
  });

  test('the global one is a setting, and drawn first', async () => {
    await using it = await shop({}, [testJourney('cart', { holdout: 1 })]);
    await it.database.db
      .insert(settings)
      .values({ scope: 'shop', value: { globalHoldout: 1 }, at: it.clock.now() });
    expect(await it.send(it.ask())).toMatchObject({ state: 'held-out', arm: 'global-held-out' });
    expect(await it.send(it.ask({ message: 'receipt' }))).toMatchObject({ arm: 'held-out' });
  });

  test('shares the customers of a shop out as declared', async () => {
    await using it = await startSending([testJourney('cart', { holdout: 0.3 })]);
    const arms: unknown[] = [];
    for (let i = 0; i < 60; i += 1) {
      const customerId = await addCustomer(it, { armKey: armKeyOf(`c${i}`) });
      const { ask } = await addRun(it, customerId);
      arms.push((await it.send(ask())).arm);
    }
    const heldOut = arms.filter((arm) => arm === 'held-out').length;
    expect(heldOut).toBeGreaterThan(8);
    expect(heldOut).toBeLessThan(30);
    expect(it.channels.email.sent).toHaveLength(60 - heldOut);
  });
});

describe('caps', () => {
  test('20 sends to one customer at once never break one', async () => {
    await using it = await shop();
    const asks = await Promise.all(
      Array.from({ length: 20 }, async () => (await addRun(it, it.customerId)).ask()),
    );
    const workers = [it.worker(), it.worker(), it.worker()];
    const answers = await Promise.all(asks.map((ask, i) => workers[i % 3]!(ask)));
    expect(answers.filter((answer) => answer.state === 'accepted')).toHaveLength(1);
    expect(answers.filter((answer) => answer.reason === 'capped')).toHaveLength(19);
    expect(it.channels.email.sent).toHaveLength(1);
  });

  test("the journey's own, over all its runs", async () => {
    const cap = { sends: 2, within: '30 days' } as const;
    await using it = await shop({}, [testJourney('cart', { cap }), testJourney('trial')]);
    const states: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { ask } = await addRun(it, it.customerId);
      states.push((await it.send(ask())).state);
      it.pass('8 days');
    }
    expect(states).toEqual(['accepted', 'accepted', 'withheld']);
    const { ask } = await addRun(it, it.customerId, { name: 'trial' });
    expect((await it.send(ask())).state).toBe('accepted');
    expect((await it.ledger()).at(-2)!.verdicts[0]!.words).toBe(
      'withheld: capped — 2 messages of cart in 30 days, last one nudge at 2026-03-10T18:00:00.000Z',
    );
  });

  test('what failed or was cancelled does not count; what is unknown, and a contact, do', async () => {
    await using it = await shop();
    it.channels.email.answer = () => ({ kind: 'refused', code: '550', detail: 'no such box' });
    expect((await it.send(it.ask())).state).toBe('failed');
    it.channels.email.answer = () => ({ kind: 'unknown', detail: 'time-out' });
    expect((await it.send(it.ask({ nth: 2 }))).state).toBe('unknown');
    expect((await it.send(it.ask({ nth: 3 }))).reason).toBe('capped');
    it.pass('2 days');
    await it.database.db
      .insert(contacts)
      .values({ eventId: newId(it.clock), customerId: it.customerId, at: it.clock.now() });
    expect((await it.send(it.ask({ nth: 4 }))).reason).toBe('capped');
  });

  test('what is owed is neither capped nor counted', async () => {
    await using it = await shop();
    expect((await it.send(it.ask({ message: 'receipt' }))).state).toBe('accepted');
    expect((await it.send(it.ask())).state).toBe('accepted');
    expect((await it.send(it.ask({ message: 'receipt', nth: 2 }))).state).toBe('accepted');
  });

  test('are settings', async () => {
    await using it = await shop();
    const caps = { helpAndOffer: [{ sends: 2, within: '1 hour' }], offer: [] };
    await it.database.db.insert(settings).values({ scope: 'shop', value: { caps }, at: it.clock.now() });
    const ask = (nth: number): SendInput => it.ask({ message: 'offer', nth });
    const reasons = [];
    for (const nth of [1, 2, 3]) reasons.push((await it.send(ask(nth))).reason);
    expect(reasons).toEqual([null, null, 'capped']);
  });
});

test('asks Temporal which attempt this is, and passes its cancellation on to the channel', async () => {
  await using it = await shop();
  await it.database.db.insert(unrouted).values({ seq: 1, userId: `user-${it.customerId}` });
  const { database, clock, channels } = it;
  const signals: unknown[] = [];
  channels.email.send = async (_, signal) => {
    signals.push(signal);
    return { kind: 'accepted', providerId: null };
  };
  const parts = {
    database,
    clock,
    channels,
    messages: testMessages,
    definitions: [testJourney('cart')],
    secret: testSecret,
  };
  const activities = createChannelActivities({ ...parts, render: () => ({ text: 'hello' }) });
  const run = (attempt: number) =>
    new MockActivityEnvironment({ attempt }).run(
      (input: SendInput) => activities.sendMessage(input),
      it.ask(),
    );
  expect((await failureOf(run(2))).nextRetryDelay).toBe(375);
  await it.database.db.delete(unrouted);
  expect(await run(3)).toMatchObject({ state: 'accepted' });
  expect(signals).toEqual([expect.any(AbortSignal)]);
});

test('says what the declared message says, with the words of the cart', async () => {
  await using it = await shop();
  const { ask } = await addRun(it, it.customerId, { key: 'cart-1' });
  const cart = { customerId: it.customerId, key: 'cart-1', lines: [teapot], lastActivityAt: it.clock.now() };
  await it.database.db.insert(carts).values(cart);
  const send = it.worker({ messages, render: renderMessage });
  const { line, sku, productId, quantity, priceMinor, currency } = teapot;
  const items = [{ line, sku, productId, quantity, priceMinor, currency }];
  expect(await send(ask({ message: 'cart-nudge', data: { items } }))).toMatchObject({ state: 'accepted' });
  expect(JSON.stringify(it.channels.email.sent[0]!.content)).toContain(teapot.title);
});

test('who was joined to another is followed to the one who has everything', async () => {
  await using it = await shop();
  const survivor = await addCustomer(it, { email: 'new@example.test' });
  const middle = await addCustomer(it);
  const { db } = it.database;
  await db.update(customers).set({ mergedInto: middle }).where(eq(customers.id, it.customerId));
  await db.update(customers).set({ mergedInto: survivor }).where(eq(customers.id, middle));
  await it.send(it.ask());
  expect(it.channels.email.sent[0]!.to).toBe('new@example.test');
  expect((await it.ledger())[0]!.customerId).toBe(survivor);
});

test('a message knows the persona of whom it is for; whoever has none kept has the last', async () => {
  await using it = await shop();
  const send = it.worker({ render: ({ persona }) => ({ text: persona }) });
  await send(it.ask({ message: 'receipt', nth: 1 }));
  await it.database.db.update(customers).set({ persona: 'unhappy' }).where(eq(customers.id, it.customerId));
  await send(it.ask({ message: 'receipt', nth: 2 }));
  const said = it.channels.email.sent.map(({ content }) => content);
  expect(said).toEqual([{ text: 'everybody-else' }, { text: 'unhappy' }]);
});
