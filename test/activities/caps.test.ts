import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/db/connect.ts';
import { message } from '../../src/define/message.ts';
import { admin, testApi } from '../support/api.ts';
import {
  addCustomer,
  addRun,
  nudge,
  offer,
  receipt,
  startSending,
  testJourney,
  type Sending,
} from '../support/sending.ts';
import { startWatching } from '../support/watching.ts';

const patient = message<object>({
  ...{ name: 'patient', purpose: 'offer', channels: ['email'], overCap: { deferFor: '3 days' } },
});
const messages = [nudge, offer, receipt, patient];
const journeys = [testJourney('cart'), testJourney('order')];

async function shop() {
  const it = await startSending(journeys, { messages });
  const customerId = await addCustomer(it);
  const settings = (value: object) => it.database.sql`
    insert into settings (scope, value, at) values ('shop', ${it.database.sql.json(value as never)}, ${it.clock.now()})
    on conflict (scope) do update set value = excluded.value`;
  const ask = async (name: string, journey = 'cart') =>
    (await addRun(it, customerId, { name: journey })).ask({ message: name });
  return Object.assign(it, { customerId, settings, asks: ask });
}

describe('ten workers at the same instant', () => {
  let workers: Database[] = [];
  const close = async () => {
    await Promise.all(workers.map((one) => one.end()));
    workers = [];
  };
  afterAll(close);

  test.each([
    ['the default of the shop', {}, 1],
    ['three a calendar day', { caps: { helpAndOffer: [{ sends: 3, within: 'calendar day' }] } }, 3],
    [
      'two by e-mail',
      { caps: { helpAndOffer: [], channels: { email: [{ sends: 2, within: '1 day' }] } } },
      2,
    ],
    [
      'four of the journey',
      { caps: { helpAndOffer: [], journeys: { cart: [{ sends: 4, within: '7 days' }] } } },
      4,
    ],
  ])('fifty sends to one customer never exceed the cap: %s', async (_, settings, most) => {
    await using it = await shop();
    await it.settings(settings);
    workers = Array.from({ length: 10 }, () => connect(it.database.url, { max: 2 }));
    const sends = workers.map((database) => it.worker({ database }));
    const asks = await Promise.all(Array.from({ length: 50 }, () => it.asks('nudge')));
    const answers = await Promise.all(asks.map((ask, n) => sends[n % 10]!(ask)));
    await close();
    expect(it.channels.email.sent).toHaveLength(most);
    expect(answers.filter(({ state }) => state === 'accepted')).toHaveLength(most);
    expect(answers.filter(({ reason }) => reason === 'capped')).toHaveLength(50 - most);
  });
});

describe('what counts', () => {
  test('a held-out customer has had their message; what is owed neither counts nor is capped', async () => {
    await using it = await startSending([testJourney('cart', { holdout: 1 })], { messages });
    const customerId = await addCustomer(it);
    const { ask } = await addRun(it, customerId);
    expect((await it.send(ask({ message: 'receipt' }))).state).toBe('held-out');
    expect((await it.send(ask())).state).toBe('held-out');
    expect((await it.send(ask({ nth: 2 }))).reason).toBe('capped');
    expect((await it.send(ask({ message: 'receipt', nth: 2 }))).state).toBe('held-out');
  });

  test('a calendar day is that of where quiet hours find the customer', async () => {
    await using it = await startSending(journeys, { messages });
    const caps = { helpAndOffer: [{ sends: 1, within: 'calendar day' }] };
    await it.database.sql`
      insert into settings (scope, value, at) values ('shop', ${it.database.sql.json({ caps })}, ${it.clock.now()})`;
    // Of Tokyo, where the day ends at 15:00 UTC; now it is 18:00.
    const customerId = await addCustomer(it, { phone: '+81312345678' });
    const send = async () => it.send((await addRun(it, customerId)).ask());
    expect((await send()).state).toBe('accepted');
    it.pass('7 hours');
    expect((await send()).reason).toBe('capped');
    it.pass('15 hours');
    expect((await send()).state).toBe('accepted');
  });

  test('a message on a topic and a channel, as the ledger has them', async () => {
    await using it = await shop();
    const topical = message<object>({ name: 'topical', purpose: 'help', channels: ['email'], topic: 'news' });
    const send = it.worker({ messages: [...messages, topical] });
    const news = [{ sends: 1, within: '7 days' }];
    await it.settings({ caps: { helpAndOffer: [], topics: { news } } });
    expect((await send(await it.asks('topical'))).state).toBe('accepted');
    expect((await send(await it.asks('topical'))).reason).toBe('capped');
    expect((await send(await it.asks('nudge'))).state).toBe('accepted');
    expect((await it.ledger()).map(({ topic, priority }) => [topic, priority])).toContainEqual(['news', 50]);
  });
});

describe('over the cap, held until there is room', () => {
  test('and sent then', async () => {
    await using it = await shop();
    await it.send(await it.asks('nudge', 'order'));
    it.pass('4 hours');
    const ask = await it.asks('patient');
    const until = Date.parse('2026-03-03T18:00:00Z');
    expect(await it.send(ask)).toMatchObject({ state: 'waiting', reason: 'capped', until });
    const [, row] = await it.ledger();
    expect(row).toMatchObject({ state: 'waiting', heldUntil: new Date(until) });
    expect(row!.verdicts[0]!.words).toBe(
      'waiting: capped — 1 help or offer message a day, last one nudge at 2026-03-02T18:00:00.000Z; ' +
        'there is room again at 2026-03-03T18:00:00.000Z',
    );
    it.pass('20 hours');
    expect(await it.send(ask)).toMatchObject({ state: 'accepted', reason: null });
  });

  test('not where it is worth nothing by then: it would keep a place from others and go to nobody', async () => {
    await using it = await shop();
    const brief = message<object>({ ...patient, name: 'brief', expires: '2 hours' });
    const send = it.worker({ messages: [...messages, brief] });
    await it.send(await it.asks('nudge', 'order'));
    expect(await send(await it.asks('brief'))).toMatchObject({ state: 'withheld', reason: 'expired' });
    expect((await it.ledger())[1]!.verdicts[0]!.words).toContain(
      'it is worth sending for 2 hours; 1 help or offer',
    );
  });

  test('no longer than it may wait, though others take its place time and again', async () => {
    await using it = await shop();
    await it.settings({ caps: { helpAndOffer: [{ sends: 1, within: '1 day' }], offer: [] } });
    await it.send(await it.asks('nudge', 'order'));
    const ask = await it.asks('patient');
    const waits: unknown[] = [];
    for (let day = 0; day < 3; day++) {
      const { until } = await it.send(ask);
      waits.push(new Date(until!).toISOString());
      it.pass('1 day');
      expect((await it.send(await it.asks('nudge', 'order'))).state).toBe('accepted');
    }
    expect(waits).toEqual([
      '2026-03-03T18:00:00.000Z',
      '2026-03-04T18:00:00.000Z',
      '2026-03-05T18:00:00.000Z',
    ]);
    expect(await it.send(ask)).toMatchObject({ state: 'withheld', reason: 'capped' });
    const last = (await it.ledger()).find(({ message: name }) => name === 'patient')!.verdicts.at(-1)!;
    expect(last.words).toContain('there is no room within 3 days');
  });

  test('a watch holds nobody: who is over the cap keeps their place for the next wave', async () => {
    const back = message<object>({
      ...{ name: 'back', purpose: 'help', channels: ['email', 'sms'], overCap: { deferFor: '2 days' } },
    });
    await using it = await startWatching(undefined, { messages: [back] });
    const [first] = await it.line(2);
    await it.database.sql`
      insert into contacts (event_id, customer_id, at)
      values (gen_random_uuid(), ${first!}, ${it.clock.now()})`;
    await it.shelf(5);
    expect(await it.wave()).toMatchObject({ used: 1, withheld: 1 });
    it.pass('1 day');
    await it.wave();
    expect(await it.told()).toHaveLength(2);
  });

  test('who is over another cap in the next wave reads which, and what they read already only once', async () => {
    await using it = await startWatching();
    const [first] = await it.line(1);
    const { sql } = it.database;
    const contact = (hoursAgo: number) => sql`
      insert into contacts (event_id, customer_id, at)
      values (gen_random_uuid(), ${first!}, ${new Date(it.clock.now().getTime() - hoursAgo * 3_600_000)})`;
    await Promise.all([30, 40, 1].map(contact));
    await it.shelf(5);
    for (const span of ['1 hour', '30 hours', '1 hour'] as const) {
      await it.wave();
      it.pass(span);
    }
    const [delivery] = await it.ledger();
    expect(delivery!.verdicts.map(({ words }) => words.replace(/, last one.*/, ''))).toEqual([
      'withheld: capped — 1 help or offer message a day',
      'withheld: capped — 3 help or offer messages in 7 days',
    ]);
  });
});

test('a watch has the caps that an operator sets for it', async () => {
  await using it = await startWatching();
  await it.line(2);
  const none = { caps: { journeys: { backAgain: [{ sends: 0, within: '1 day' }] } } };
  await it.database.sql`
    insert into settings (scope, value, at) values ('shop', ${it.database.sql.json(none)}, ${it.clock.now()})`;
  await it.shelf(5);
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 2 });
  expect((await it.ledger())[0]!.verdicts[0]!.words).toBe('withheld: capped — 0 messages of backAgain a day');
});

describe('when places are scarce', () => {
  /** A nudge that the night holds until the next morning, as the gate wrote it. */
  async function holdNudge(it: Sending, customerId: string, until: string): Promise<void> {
    const { runId } = await addRun(it, customerId, { name: 'order' });
    await it.database.sql`
      insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, priority, channel, state, reason,
        verdicts, held_until, at)
      values (gen_random_uuid(), ${runId}, ${customerId}, 'order', 'nudge', 1, 'help', 50, 'email', 'waiting',
        'quiet-hours', '[]', ${until}, ${it.clock.now()})`;
  }

  test('an offer leaves the place to the help that is held, and waits until that has gone', async () => {
    await using it = await shop();
    await holdNudge(it, it.customerId, '2026-03-03T08:00:00Z');
    expect(await it.send(await it.asks('offer'))).toMatchObject({ state: 'withheld', reason: 'capped' });
    const words = (await it.ledger()).find(({ message: name }) => name === 'offer')!.verdicts[0]!.words;
    expect(words).toBe(
      'withheld: capped — 1 help or offer message a day, and the place is kept for nudge, which goes before and is ' +
        'due at 2026-03-03T08:00:00.000Z',
    );
    const waiting = await it.send(await it.asks('patient'));
    expect(new Date(waiting.until!).toISOString()).toBe('2026-03-04T08:00:00.000Z');
  });

  test('the help goes at once, whatever offer is held', async () => {
    await using it = await shop();
    it.pass('1 second');
    await it.send(await it.asks('nudge', 'order'));
    it.pass('1 hour');
    expect((await it.send(await it.asks('patient'))).state).toBe('waiting');
    it.pass('23 hours');
    expect((await it.send(await it.asks('nudge', 'order'))).state).toBe('accepted');
  });

  test('of what was only held for a run that has ended no place is kept', async () => {
    await using it = await shop();
    await holdNudge(it, it.customerId, '2026-03-03T08:00:00Z');
    await it.database.sql`update runs set state = 'closed', outcome = 'ordered' where name = 'order'`;
    expect((await it.send(await it.asks('offer'))).state).toBe('accepted');
  });

  test('a watch leaves it too', async () => {
    const back = message<object>({ name: 'back', purpose: 'offer', channels: ['email', 'sms'] });
    await using it = await startWatching(undefined, { messages: [back] });
    const [first] = await it.line(2);
    await holdNudge(it as unknown as Sending, first!, '2026-03-02T18:00:00Z');
    await it.shelf(5);
    expect(await it.wave()).toMatchObject({ used: 1, withheld: 1 });
  });
});

describe('PUT /v1/settings', () => {
  let it: Awaited<ReturnType<typeof setup>>;
  async function setup() {
    const sending = await shop();
    const api = await testApi({ database: sending.database, clock: sending.clock, journeys });
    return { sending, api };
  }
  beforeAll(async () => (it = await setup()));
  afterAll(async () => {
    await it.api[Symbol.asyncDispose]();
    await it.sending[Symbol.asyncDispose]();
  });

  test('what an operator sets holds for the next send', async () => {
    const caps = {
      helpAndOffer: [{ sends: 2, within: 'calendar day' }],
      journeys: { cart: [{ sends: 1, within: '3 hours' }] },
      channels: { sms: [] },
      topics: { 'new-arrivals': [{ sends: 1, within: '14 days' }] },
    };
    const answer = await it.api.put('/v1/settings', { caps });
    expect([answer.status, answer.body['caps']]).toEqual([
      200,
      { ...caps, offer: [{ sends: 1, within: '7 days' }] },
    ]);
    const sent = [];
    for (const journey of ['cart', 'cart', 'order', 'order']) {
      sent.push((await it.sending.send(await it.sending.asks('nudge', journey))).reason);
    }
    expect(sent).toEqual([null, 'capped', null, 'capped']);
  });

  test.each([
    [{ journeys: { carts: [] } }, 'caps.journeys: "carts" is no journey or watch; there is cart, order'],
    [{ topics: { 'new arrivals': [] } }, 'expected a topic, such as "new-arrivals"'],
    [{ channels: { fax: [] } }, '"fax" is not known here'],
    [
      { offer: [{ sends: 1, within: 'day' }] },
      "expected a span up to 31 days, such as '1 day', or 'calendar day'",
    ],
    [{ offer: Array.from({ length: 11 }, () => ({ sends: 1, within: '1 day' })) }, 'caps.offer'],
  ])('%j is refused', async (caps, words) => {
    const answer = await it.api.put('/v1/settings', { caps }, admin);
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-body']);
    expect(answer.body.detail).toContain(words);
  });
});
