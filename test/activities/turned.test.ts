import { expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import { createChannels } from '../../activities/channels/create-channels.ts';
import { dropSubscriptions, liveSubscriptions } from '../../src/db/queries/push-subscriptions.ts';
import { message, type MessageType } from '../../src/define/message.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';
import { createVapidKeys } from '../../src/vapid.ts';
import { testSandbox } from '../support/sandbox.ts';
import { addCustomer, addRun, startSending, type Sending, type TestCustomer } from '../support/sending.ts';
import { startWatching } from '../support/watching.ts';

const gone: CallOutcome = { kind: 'unreachable', code: 'gone', detail: 'nobody is there' };
const optedOut: CallOutcome = {
  ...{ kind: 'refused', code: '21610', detail: '400: unsubscribed recipient' },
  suppress: { reason: 'stopped' },
};
const byPush = (...channels: Channel[]) =>
  message<object>({ name: 'pushed', purpose: 'help', channels: ['push', ...channels] });

async function subscribe(
  { database: { sql }, clock }: Pick<Sending, 'database' | 'clock'>,
  customerId: string,
  subscription: { endpoint: string; keys: { p256dh: string; auth: string } } = {
    endpoint: `https://push.example/${customerId}`,
    keys: { p256dh: 'p', auth: 'a' },
  },
) {
  await sql`
    insert into push_subscriptions (id, customer_id, endpoint, keys, created_at)
    values (${newId(clock)}, ${customerId}, ${subscription.endpoint}, ${sql.json(subscription.keys)}, ${clock.now()})`;
}

/** Somebody whose browser is gone when the call comes, and what is sent to them, channel after channel. */
async function setup(pushed: MessageType<unknown>, wanted: TestCustomer = {}) {
  const it = await startSending(undefined, { messages: [pushed] });
  it.channels.push.answer = () => gone;
  const consents = { push: 'granted', email: 'granted', ...wanted.consents } as const;
  const customerId = await addCustomer(it, { ...wanted, consents });
  await subscribe(it, customerId);
  const { ask } = await addRun(it, customerId);
  const send = (channel: Channel, worker = it.worker()) => worker(ask({ message: 'pushed', channel }));
  const last = async () => {
    const [row, ...others] = await it.ledger();
    expect(others).toEqual([]);
    return row!;
  };
  return Object.assign(it, { send, last });
}

test('when its push service says that the last browser is gone, the message turns to the next channel, once', async () => {
  await using it = await setup(byPush('email'));
  await using sandbox = await testSandbox();
  const { sql } = it.database;
  const keys = createVapidKeys();
  const answer = await fetch(`${sandbox.url}/sandbox/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ applicationServerKey: keys.publicKey }),
  });
  const browser = (await answer.json()) as { endpoint: string; keys: { p256dh: string; auth: string } };
  await sql`update push_subscriptions set endpoint = ${browser.endpoint}, keys = ${sql.json(browser.keys)}`;
  await fetch(browser.endpoint, { method: 'DELETE' });
  const { push } = createChannels({
    ...{ sandboxUrl: sandbox.url, emailFrom: 'a@shop.example' },
    vapid: { ...keys, subject: 'mailto:a@shop.example' },
    subscriptions: {
      of: (customerId) => liveSubscriptions(sql, customerId),
      drop: (ids) => dropSubscriptions(sql, ids, it.clock.now()),
    },
  });
  const parts = {
    channels: { ...it.channels, push },
    render: () => ({ title: 'Back', body: 'It is.', text: '' }),
  };
  const decidedAt = it.clock.now();
  const unreached = await it.send('push', it.worker(parts));
  expect(unreached).toMatchObject({
    state: 'withheld',
    reason: 'unreachable',
    channel: 'push',
    arm: 'treated',
  });
  expect(await it.last()).toMatchObject({
    state: 'intended',
    channel: 'email',
    callingAt: null,
    heldUntil: null,
  });
  it.pass('1 minute');
  // The answer was lost, and another worker is asked.
  expect(await it.send('push', it.worker(parts))).toEqual({ ...unreached, arm: null });
  const sent = await it.send('email', it.worker(parts));
  expect(sent).toMatchObject({ state: 'accepted', channel: 'email', at: decidedAt.getTime() });
  expect(await it.send('email', it.worker(parts))).toEqual(sent);
  expect(it.channels.email.sent).toMatchObject([
    { deliveryId: unreached.deliveryId, to: 'ada@example.test' },
  ]);
  const { verdicts, arm, at } = await it.last();
  expect({ arm, at }).toEqual({ arm: 'treated', at: decidedAt });
  expect(verdicts.map(({ channel, state, reason }) => [channel, state, reason])).toEqual([
    ['push', 'intended', null],
    ['push', 'withheld', 'unreachable'],
    ['email', 'accepted', null],
  ]);
  expect(verdicts[1]!.words).toMatch(/^withheld: unreachable — the call found that none of .* browsers/);
  expect(await sql`select gone_at from push_subscriptions`).toEqual([{ gone_at: decidedAt }]);
  expect(await sandbox.messages()).toEqual([]);
  await sql`truncate push_subscriptions`;
});

test('what speaks against the next channel leads to the one after it; with none left it was not sent', async () => {
  await using it = await setup(byPush('email', 'sms'), {
    consents: { email: 'denied' },
    phone: '+15005550006',
  });
  expect(await it.send('push')).toMatchObject({ state: 'withheld', reason: 'unreachable' });
  const email = await it.send('email');
  expect(email).toMatchObject({ state: 'withheld', reason: 'no-consent', channel: 'email' });
  expect(await it.send('email')).toEqual({ ...email, arm: null });
  expect(await it.send('sms')).toMatchObject({ state: 'cancelled', reason: 'no-consent', arm: 'treated' });
  expect((await it.last()).verdicts.map(({ state }) => state)).toEqual([
    ...['intended', 'withheld', 'withheld', 'cancelled'],
  ]);
  expect([it.channels.email.sent, it.channels.sms.sent]).toEqual([[], []]);
});

test('who may not be written to there any more is told by the next channel, and the number is suppressed', async () => {
  const texted = message<object>({ name: 'pushed', purpose: 'help', channels: ['sms', 'email'] });
  await using it = await setup(texted, { phone: '+14155550123', consents: { sms: 'granted' } });
  it.channels.sms.answer = () => optedOut;
  const refused = { state: 'withheld', reason: 'suppressed', channel: 'sms', arm: 'treated' };
  expect(await it.send('sms')).toMatchObject(refused);
  expect(await it.last()).toMatchObject({ state: 'intended', channel: 'email', callingAt: null });
  // The answer was lost.
  expect(await it.send('sms')).toMatchObject({ ...refused, arm: null });
  expect(await it.send('email')).toMatchObject({ state: 'accepted', channel: 'email', arm: 'treated' });
  expect((await it.last()).verdicts.map(({ words }) => words)).toEqual([
    'intended: every check has passed',
    'withheld: suppressed — the provider refused the address with 21610: 400: unsubscribed recipient; the next channel is tried',
    'accepted: the provider took it as email-1',
  ]);
  expect(it.channels.sms.sent).toHaveLength(1);
  expect(await it.database.sql`select channel, reason, source from suppressions`).toEqual([
    { channel: 'sms', reason: 'stopped', source: 'refused with 21610' },
  ]);
  await it.database.sql`truncate suppressions`;
});

test('what is refused for itself goes nowhere else', async () => {
  await using it = await setup(byPush('email'));
  it.channels.push.answer = () => ({ kind: 'refused', code: '413', detail: 'too long' });
  expect(await it.send('push')).toMatchObject({ state: 'failed', channel: 'push' });
});

test('the caps of the channel that it turns to hold', async () => {
  await using it = await setup(byPush('email'));
  const { sql } = it.database;
  const caps = { helpAndOffer: [], channels: { email: [{ sends: 1, within: '7 days' }] } };
  await sql`insert into settings (scope, value, at) values ('shop', ${sql.json({ caps })}, ${it.clock.now()})`;
  expect(await it.send('push')).toMatchObject({ state: 'withheld' });
  await sql`insert into contacts (event_id, customer_id, channel, at)
    select ${newId(it.clock)}, id, 'email', ${it.clock.now()} from customers`;
  expect(await it.send('email')).toMatchObject({ state: 'cancelled', reason: 'capped' });
});

test('where there is no next channel it has failed; a crash before that leaves it in doubt, and turns nowhere', async () => {
  await using it = await setup(byPush());
  expect(await it.send('push')).toMatchObject({ state: 'failed', channel: 'push' });
  expect(await it.last()).toMatchObject({ providerCode: 'gone' });
  await using other = await setup(byPush('email'));
  other.channels.push.answer = () => new Promise(() => {});
  void other.send('push');
  await expect.poll(() => other.channels.push.sent).toHaveLength(1);
  expect(await other.send('push', other.worker())).toMatchObject({ state: 'unknown', channel: 'push' });
  expect(await other.send('email', other.worker())).toMatchObject({ state: 'unknown', channel: 'push' });
  expect(other.channels.email.sent).toEqual([]);
});

test.each([
  { first: 'push', refused: gone, they: 'whose browsers are gone' },
  { first: 'sms', refused: optedOut, they: 'who opted out at the provider' },
] as const)(
  'of a wave those $they are told by the next channel, also when the page died after its calls',
  async ({ first, refused }) => {
    const back = message<object>({ name: 'back', purpose: 'help', channels: [first, 'email'] });
    await using it = await startWatching(undefined, { messages: [back] });
    const line = await it.line(3, (n) => ({
      ...{ phone: `+1415555010${n}`, consents: n === 1 ? [first] : [first, 'email'] },
    }));
    for (const customerId of line) await subscribe(it, customerId);
    await it.shelf(3);
    it.channels[first].answer = ([one]) =>
      [line[2], '+14155550102'].includes(one!.to) ? { kind: 'accepted', providerId: null } : refused;
    const asked: Channel[] = [];
    let isLost = false;
    const worker = it.worker();
    const end = await it.wave(async (page) => {
      const channel: Channel = asked.length === 0 ? first : page.channel;
      asked.push(channel);
      const answer = await worker({ ...page, channel });
      if (isLost) return answer;
      // Its worker died, and another does the page again.
      isLost = true;
      return it.worker()({ ...page, channel });
    });
    expect(end).toMatchObject({ places: 3, used: 3, goesOn: false });
    expect(asked).toEqual([first, 'email']);
    const rows = await it.database.sql`
    select d.channel, d.state, d.reason, d.arm from deliveries d join waiting_entries e on e.id = d.entry_id
    order by e.since`;
    expect(rows).toEqual([
      { channel: 'email', state: 'accepted', reason: null, arm: 'treated' },
      { channel: 'email', state: 'cancelled', reason: 'no-consent', arm: 'treated' },
      { channel: first, state: 'accepted', reason: null, arm: 'treated' },
    ]);
    expect(it.channels.email.calls.flat().map(({ to }) => to)).toEqual(['p0@shop.example']);
    const { sql } = it.database;
    expect(await sql`select from suppressions`).toHaveLength(refused === optedOut ? 2 : 0);
    await sql`truncate push_subscriptions, suppressions`;
  },
);
