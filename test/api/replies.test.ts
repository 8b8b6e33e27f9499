import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { deliveries, suppressions } from '../../src/db/schema/index.ts';
import { addressHash } from '../../src/domain/address-hash.ts';
import { messageReplied } from '../../src/events/message-replied.ts';
import { testSecret } from '../support/api.ts';
import { holdTable } from '../support/hold-table.ts';
import { addDelivery, addReachable, hookApi } from '../support/hooks.ts';
import { routingOver } from '../support/routing.ts';
import { addRun, offer, startSending, testJourney } from '../support/sending.ts';

/** What journeys make of replies: one that is over as soon as somebody answers. */
const waiting = testJourney('cart', { per: 'cart_id', ends: { replied: messageReplied } });

async function setup() {
  const sending = await startSending([waiting]);
  const { database, clock } = sending;
  const hooks = await hookApi(database, clock);
  const events = async () =>
    (
      await database.sql<
        { name: string; userId: string; messageId: string; body: Record<string, unknown> }[]
      >`
        select name, user_id as "userId", message_id as "messageId", body from events order by seq`
    ).map((one) => ({ ...one }));
  const routing = routingOver(database.sql, [waiting], clock.now().toISOString());
  return {
    ...sending,
    ...hooks,
    events,
    route: () => routing.route(),
    suppressed: async () =>
      (await database.db.select().from(suppressions)).map(
        ({ channel, reason, addressHash }) => `${channel} ${reason} ${addressHash}`,
      ),
    sms: (Body: string, over: Record<string, string> = {}) =>
      hooks.twilio('inbound', { MessageSid: `SM-${Body}`, From: '+14155550123', To: '+1', Body, ...over }),
    add: (traits: { email?: string; phone?: string }) => addReachable({ database, clock }, traits),
    delivery: (customerId: string, over: Partial<Parameters<typeof addDelivery>[1]> = {}) =>
      addDelivery({ database, clock }, { customerId, ...over }),
    async [Symbol.asyncDispose]() {
      await hooks[Symbol.asyncDispose]();
      await database.sql`truncate events, message_ids, provider_news, customer_events`;
      await sending[Symbol.asyncDispose]();
    },
  };
}

const phoneHash = addressHash('+14155550123', testSecret);

test('a text message is an event of the customer with that number, once, and closes the run that ends with it', async () => {
  await using it = await setup();
  const customerId = await it.add({ phone: '+1 (415) 555-0123' });
  const { runId } = await addRun(it, customerId);
  const delivery = await it.delivery(customerId, { channel: 'sms' });
  const first = await it.sms('Thank you');
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8']);
  await it.sms('Thank you');
  const properties = { channel: 'sms', delivery_id: delivery, journey: 'cart', message: 'nudge' };
  expect(await it.events()).toEqual([
    {
      name: 'Message Replied',
      userId: `user-${customerId}`,
      messageId: 'reply:twilio:SM-Thank you',
      body: { properties, context: { reply: { text: 'Thank you' } } },
    },
  ]);
  await it.route();
  const [run] = await it.database.sql`select state, outcome from runs where id = ${runId}`;
  expect(run).toEqual({ state: 'closed', outcome: 'replied' });
});

test('who asks for help is offered nothing until somebody has helped', async () => {
  await using it = await setup();
  const customerId = await it.add({ phone: '+14155550123', email: 'ada@example.test' });
  await it.sms('My lamp came broken');
  expect((await it.events()).map(({ name, messageId }) => [name, messageId])).toEqual([
    ['Message Replied', 'reply:twilio:SM-My lamp came broken'],
    ['Support Requested', 'reply:twilio:SM-My lamp came broken:help'],
  ]);
  const { ask } = await addRun(it, customerId);
  // Accepted, and not routed yet: the gate waits for it.
  await expect(it.send(ask({ message: offer.name }))).rejects.toMatchObject({ type: 'behind' });
  await it.route();
  const second = await addRun(it, customerId);
  expect(await it.send(second.ask({ message: offer.name }))).toMatchObject({ reason: 'irrelevant' });
});

test('STOP suppresses the number and START lifts it; neither asks for help, whoever wrote', async () => {
  await using it = await setup();
  const customerId = await it.add({ phone: '+14155550123' });
  const delivery = await it.delivery(customerId, { channel: 'sms' });
  await it.sms('STOP');
  const both = [`sms stopped ${phoneHash}`, `whatsapp stopped ${phoneHash}`];
  expect(await it.suppressed()).toEqual(both);
  const [row] = await it.database.db.select().from(deliveries);
  expect([row!.id, row!.unsubscribedAt]).toEqual([delivery, it.clock.now()]);
  await it.sms('Start');
  const inForce = await it.database.sql`select from suppressions where lifted_at is null`;
  expect(inForce).toHaveLength(0);
  expect((await it.events()).map(({ name, body }) => [name, body['properties'] as object])).toMatchObject([
    ['Message Replied', { opted: 'out' }],
    ['Message Replied', { opted: 'in' }],
  ]);
  await it.sms('stop', { From: 'whatsapp:+41446681800', MessageSid: 'SM-stranger' });
  const stranger = addressHash('+41446681800', testSecret);
  // In words of the account's own, which Twilio knows.
  await it.sms('PESCA', { OptOutType: 'STOP', From: '+12025550123' });
  const told = addressHash('+12025550123', testSecret);
  for (const hash of [stranger, told]) expect(await it.suppressed()).toContain(`whatsapp stopped ${hash}`);
  expect(await it.events()).toHaveLength(2);
  const metrics = String((await it.api.get('/metrics', {})).body['text']);
  expect(metrics).toContain(
    'kairos_hook_news_total{provider="twilio",kind="reply",outcome="unknown-sender"} 2',
  );
});

test('of several customers with a number it is the one who got a message there last', async () => {
  await using it = await setup();
  const [one, other, third] = [
    await it.add({ phone: '+14155550123' }),
    await it.add({ phone: '+1 415 555 0123' }),
    await it.add({ phone: '14155550123' }),
  ];
  await it.sms('first');
  await it.delivery(one, { channel: 'sms' });
  await it.delivery(other, { channel: 'email' });
  await it.sms('second');
  const wrote = (await it.events()).map(({ userId }) => userId);
  // The youngest with a number that is one, then the one who can be answering to something.
  expect(wrote).toEqual([`user-${other}`, `user-${one}`]);
  expect(wrote).not.toContain(`user-${third}`);
});

const mail = {
  from: 'Ada Lovelace <Ada@Example.test>',
  to: 'hello@shop.example',
  subject: 'Re: You left something',
  text: 'Unsubscribe\n\nOn Mon, 2 Mar 2026, The shop <hello@shop.example> wrote:\n> Here is a link',
  headers: 'Message-ID: <1@mail.example>\nSubject: Re: You left something',
};

test('a mail that answers is an event too, by its text or its page, and "unsubscribe" opts out of e-mail', async () => {
  await using it = await setup();
  const customerId = await it.add({ email: ' ADA@example.test' });
  const delivery = await it.delivery(customerId);
  expect((await it.mail(mail)).body).toMatchObject({ outcome: 'taken' });
  expect((await it.mail(mail)).body).toMatchObject({ outcome: 'repeated' });
  const hash = addressHash('ada@example.test', testSecret);
  expect(await it.suppressed()).toEqual([`email unsubscribed ${hash}`]);
  const { text: _, ...page } = mail;
  const html = '<p>Is it <b>waterproof</b>?</p><blockquote>&gt; stop</blockquote>';
  await it.mail({ ...page, html, headers: 'Message-ID: <2@mail.example>' });
  const events = await it.events();
  const told = { channel: 'email', delivery_id: delivery, journey: 'cart', message: 'nudge' };
  expect(events.map(({ name, body }) => [name, body['properties']])).toEqual([
    ['Message Replied', { ...told, opted: 'out' }],
    ['Message Replied', told],
    ['Support Requested', told],
  ]);
  expect(events[1]!.body['context']).toEqual({ reply: { text: 'Is it waterproof?' } });
  // As mail programs answer to a "mailto:" link: nothing but the subject.
  await it.database.sql`truncate suppressions`;
  await it.mail({ ...mail, subject: 'unsubscribe', text: '\n', headers: '' });
  expect(await it.suppressed()).toEqual([`email unsubscribed ${hash}`]);
});

test("what a machine wrote is nobody's reply; what is no mail is refused by name", async () => {
  await using it = await setup();
  await it.add({ email: 'ada@example.test' });
  const away = { ...mail, headers: 'Auto-Submitted: auto-replied' };
  expect((await it.mail(away)).body).toMatchObject({ outcome: 'automatic' });
  const bounce = { ...mail, from: '', envelope: '{"from":"","to":["hello@shop.example"]}' };
  expect((await it.mail(bounce)).body).toMatchObject({ outcome: 'automatic' });
  expect((await it.mail({ ...mail, from: 'bob@example.test' })).body).toMatchObject({
    outcome: 'unknown-sender',
  });
  expect([await it.events(), await it.suppressed().then((all) => all.length)]).toEqual([[], 1]);
  const raw = await it.mail({ from: mail.from, email: 'MIME-Version: 1.0' });
  expect([raw.status, raw.body.detail]).toEqual([400, expect.stringContaining('Neither text nor html came')]);
  const envelope = await it.mail({ text: 'hi', envelope: 'nobody' });
  expect([envelope.status, envelope.body.detail]).toEqual([400, 'envelope: expected JSON, got "nobody".']);
  const unsigned = await it.api.post('/v1/hooks/sendgrid/inbound', 'x', { 'content-type': 'text/plain' });
  expect([unsigned.status, unsigned.body.code]).toEqual([403, 'forged']);
});

test('a reply is kept whole or not at all: told again after a failure it counts', async () => {
  await using it = await setup();
  await it.add({ phone: '+14155550123' });
  const held = await holdTable(it.database.url, 'unrouted');
  const under = it.sms('STOP');
  await expect.poll(held.isWaitedFor).toBe(true);
  await it.database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  expect((await under).status).toBe(503);
  await held[Symbol.asyncDispose]();
  expect([await it.events(), await it.suppressed()]).toEqual([[], []]);
  expect((await it.sms('STOP')).status).toBe(200);
  expect([(await it.events()).length, (await it.suppressed()).length]).toEqual([1, 2]);
});

test('a clock of another speed dates replies in its own time', async () => {
  await using it = await setup();
  await it.add({ phone: '+14155550123' });
  const scale = { originMs: it.clock.realNow().getTime() - 1_000, speed: 60 };
  const clock = createClock(scale, () => it.clock.realNow().getTime());
  await using fast = await hookApi(it.database, clock);
  await fast.twilio('inbound', { MessageSid: 'SM1', From: '+14155550123', Body: 'hi' });
  const [event] = await it.database.sql<{ at: Date }[]>`select occurred_at as at from events`;
  expect(event!.at.getTime()).toBe(scale.originMs + 60_000);
});
