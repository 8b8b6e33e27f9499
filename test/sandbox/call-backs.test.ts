import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createChannels } from '../../activities/channels/create-channels.ts';
import { assertSigned } from '../../api/hooks/sendgrid-signature.ts';
import { deliveries } from '../../src/db/schema/index.ts';
import { message } from '../../src/define/message.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { eventually } from '../support/eventually.ts';
import { holdTable } from '../support/hold-table.ts';
import { hookApi, hookKeys, publicUrl } from '../support/hooks.ts';
import { testSandbox } from '../support/sandbox.ts';
import { addCustomer, addRun, startSending, testMessages } from '../support/sending.ts';

/** By text message, whoever is reached by e-mail too. */
const text = message<object>({ name: 'text', purpose: 'transactional', channels: ['sms'] });

/** The gate, the real clients, the sandbox and the API that it calls back: nothing is left out but Temporal. */
async function setup({ timeoutMs = 5_000 } = {}) {
  const sending = await startSending();
  const { database, clock } = sending;
  const hooks = await hookApi(database, clock);
  // From outside Kairos has a name that nothing here resolves.
  const localUrl = hooks.api.url;
  const sandbox = await testSandbox(clock, { url: publicUrl, localUrl, keys: hookKeys, afterMs: 0 });
  const channels = createChannels({
    ...{ sandboxUrl: sandbox.url, publicUrl },
    ...{ emailFrom: 'hello@shop.example', timeoutMs },
  });
  const render: NonNullable<Parameters<typeof sending.worker>[0]>['render'] = ({ message: { name } }) =>
    name === 'text'
      ? { text: 'Hello' }
      : { subject: 'Hello', html: '<a href="https://shop.example/a?b=1&amp;c=2">See</a>', text: 'Hello' };
  const worker = sending.worker({ channels, render, messages: [...testMessages, text] });
  const send = async (given: { email?: string; phone?: string; channel?: 'sms' }) => {
    const customerId = await addCustomer(sending, given);
    const { ask } = await addRun(sending, customerId);
    const over = given.channel ? { channel: given.channel, message: text.name } : {};
    return { customerId, answer: await worker(ask(over)) };
  };
  const row = async (customerId: string) =>
    (await database.db.select().from(deliveries)).find((one) => one.customerId === customerId)!;
  return {
    ...{ database, hooks, sandbox, send, row },
    /** Waits until a customer's delivery is in this state. */
    becomes: (customerId: string, state: string) =>
      eventually(`the delivery to be ${state}`, async () => {
        const now = await row(customerId);
        return now?.state === state ? now : null;
      }),
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await hooks[Symbol.asyncDispose]();
      await database.sql`truncate events, message_ids, provider_news, customer_events`;
      await sending[Symbol.asyncDispose]();
    },
  };
}

test('what nobody knew for the answer was lost is settled when the provider tells', async () => {
  await using it = await setup({ timeoutMs: 1_500 });
  // What is told cannot be kept for as long.
  await using held = await holdTable(it.database.url, 'provider_news');
  const fault = { fault: 'accept-then-timeout' as const, times: 1 };
  await it.sandbox.order({ channel: 'email', ...fault });
  await it.sandbox.order({ channel: 'sms', ...fault });
  const [mailed, texted] = await Promise.all([
    it.send({ email: 'ada@example.test' }),
    it.send({ phone: '+14155550123', channel: 'sms' }),
  ]);
  await held.letGo();
  expect([mailed.answer.state, texted.answer.state]).toEqual(['unknown', 'unknown']);
  for (const { customerId } of [mailed, texted]) {
    const { verdicts, providerId } = await it.becomes(customerId, 'delivered');
    // Of a text message Twilio also tells that it was sent.
    const states = verdicts.map(({ state }) => state).filter((state) => state !== 'accepted');
    expect(states).toEqual(['intended', 'unknown', 'delivered']);
    expect(providerId).not.toBeNull();
  }
});

test('news that come before the answer stay when the answer is lost, or comes', async () => {
  await using it = await setup({ timeoutMs: 1_500 });
  await it.sandbox.order({ channel: 'email', fault: 'accept-then-timeout', times: 1 });
  const lost = await it.send({ email: 'ada@example.test' });
  expect((await it.row(lost.customerId)).state).toBe('delivered');
  const answered = await it.send({ email: 'bob@example.test' });
  await it.becomes(answered.customerId, 'delivered');
});

test('what becomes of messages is ordered like faults, or stands in the address', async () => {
  await using it = await setup();
  const cases: [
    Partial<Fault>,
    { email?: string; phone?: string; channel?: 'sms' },
    string,
    string | null,
  ][] = [
    [{}, { email: 'a+bounce@example.test' }, 'bounced', 'bounce'],
    [{}, { email: 'a+nonsense@example.test' }, 'delivered', null],
    [{ channel: 'email', fault: 'block' }, { email: 'b@example.test' }, 'failed', 'blocked'],
    [{ channel: 'email', fault: 'drop' }, { email: 'c@example.test' }, 'failed', 'dropped'],
    [{ channel: 'sms', fault: 'opt-out' }, { phone: '+14155550101', channel: 'sms' }, 'failed', '21610'],
    [{ channel: 'sms', fault: 'bounce' }, { phone: '+14155550102', channel: 'sms' }, 'failed', '30005'],
    [{ channel: 'email', fault: 'silent' }, { email: 'd@example.test' }, 'accepted', null],
  ];
  for (const [fault, to, state, code] of cases) {
    if (fault.channel) await it.sandbox.order({ ...fault, times: 1 } as Fault);
    const { customerId } = await it.send(to);
    expect([fault, to, (await it.becomes(customerId, state)).providerCode]).toEqual([fault, to, code]);
  }
  const { customerId } = await it.send({ email: 'e+click@example.test' });
  const { clickedAt, openedAt } = await eventually('the click', async () => {
    const now = await it.row(customerId);
    return now.clickedAt ? now : null;
  });
  expect([openedAt, clickedAt]).toEqual([expect.any(Date), expect.any(Date)]);
  const suppressed = await it.database.sql`select reason from suppressions order by reason`;
  expect(suppressed.map(({ reason }) => reason as string)).toEqual([
    'bounced',
    'bounced',
    'refused',
    'stopped',
  ]);
});

test('a customer who answers is heard, by text and by mail', async () => {
  await using it = await setup();
  const texted = await it.send({ phone: '+14155550123', channel: 'sms' });
  const mailed = await it.send({ email: 'ada@example.test' });
  const [sms] = await it.sandbox.messages('channel=sms');
  const [mail] = await it.sandbox.messages('channel=email');
  for (const [came, words] of [
    [sms!, { text: 'Is it in stock?' }],
    [mail!, { body: 'Thank you' }],
  ] as const) {
    const { status, body } = await it.sandbox.reply({ from: came.to, to: came.from, ...words });
    expect([status, body]).toMatchObject([200, { taken: true, status: 200 }]);
  }
  const events = await it.database.sql`select name, body #>> '{properties,channel}' as channel,
    body #>> '{properties,delivery_id}' as delivery from events order by seq`;
  const [first, second] = [(await it.row(texted.customerId)).id, (await it.row(mailed.customerId)).id];
  expect([...events]).toEqual([
    { name: 'Message Replied', channel: 'sms', delivery: first },
    { name: 'Support Requested', channel: 'sms', delivery: first },
    { name: 'Message Replied', channel: 'email', delivery: second },
  ]);
  for (const [wrong, words] of [
    [{ from: '+14155550123' }, 'to: '],
    [{ from: '+14155550123', to: '+1' }, 'give text, or body'],
    [{ from: '+14155550123', to: '+1', text: 'x', channel: 'fax' }, 'channel: '],
  ] as const) {
    const { status, body } = await it.sandbox.reply(wrong);
    expect([status, String(body['detail'])]).toEqual([400, expect.stringContaining(words)]);
  }
  await using alone = await testSandbox();
  expect((await alone.reply({ from: '+14155550123', to: '+1', text: 'x' })).status).toBe(503);
});

test('who wrote STOP is refused by Twilio too, until they write START', async () => {
  await using it = await setup();
  const to = { phone: '+14155550123', channel: 'sms' as const };
  const { customerId } = await it.send(to);
  const reply = (text: string) => it.sandbox.reply({ from: to.phone, to: '+15005550006', text });
  await reply('Stop');
  // Somebody lifts it here, and Twilio knows nothing of that.
  await it.database.sql`update suppressions set lifted_at = at`;
  await it.database.sql`truncate consents`;
  const refused = await it.send(to);
  expect((await it.row(refused.customerId)).providerCode).toBe('21610');
  await it.database.sql`update suppressions set lifted_at = at`;
  await reply('start');
  const again = await it.send(to);
  expect((await it.becomes(again.customerId, 'delivered')).customerId).not.toBe(customerId);
});

test('Kairos is called back until it takes it, signed anew each time', async () => {
  const came: { path: string | undefined; body: Buffer; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      came.push({ path: req.url, body: Buffer.concat(chunks), headers: req.headers });
      if (came.length === 1) res.destroy();
      else res.writeHead(came.length === 2 ? 503 : 200).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using sandbox = await testSandbox(undefined, { url, keys: hookKeys, afterMs: 0 });
  const mail = {
    ...{ personalizations: [{ to: [{ email: 'ada@example.test' }], custom_args: { deliveryId: 'd-1' } }] },
    ...{ from: { email: 'hello@shop.example' }, subject: 'Hello' },
    content: [{ type: 'text/plain', value: 'Hello' }],
  };
  const headers = { authorization: 'Bearer SG.sandbox', 'content-type': 'application/json' };
  const body = JSON.stringify(mail);
  const taken = await fetch(`${sandbox.url}/v3/mail/send`, { method: 'POST', headers, body });
  expect(taken.status).toBe(202);
  await eventually('three posts', () => Promise.resolve(came.length === 3 || null));
  for (const { path, body, headers } of came) {
    expect(path).toBe('/v1/hooks/sendgrid');
    const signature = String(headers['x-twilio-email-event-webhook-signature']);
    const timestamp = String(headers['x-twilio-email-event-webhook-timestamp']);
    assertSigned({ signature, timestamp }, body, { name: 'the key', value: hookKeys.publicKey });
  }
  const events = JSON.parse(came[2]!.body.toString()) as Record<string, unknown>[];
  expect(events.map(({ event, email, deliveryId }) => [event, email, deliveryId])).toEqual([
    ['processed', 'ada@example.test', 'd-1'],
    ['delivered', 'ada@example.test', 'd-1'],
  ]);
  expect(String(events[0]!['sg_message_id'])).toMatch(`${taken.headers.get('x-message-id')}.filter`);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});
