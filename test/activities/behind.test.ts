import { expect, test } from 'vitest';
import { createChannelActivities } from '../../activities/send.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { admin, testApi, write } from '../support/api.ts';
import { channelsOf } from '../support/channels-of.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';
import { nudge, testJourney } from '../support/sending.ts';

const cart = testJourney('cart', { ends: { ordered: { name: orderCompleted.name } } });

/** From the shop's page to the provider: the API, routing and the gate on one database, a provider that keeps what it gets. */
async function shop() {
  const database = await testDatabase();
  const routing = routingOver(database.sql, [cart]);
  const { clock } = routing;
  const api = await testApi({ database, clock });
  const sent: string[] = [];
  const channels = channelsOf((channel) => ({
    channel,
    send: ({ to }: { to: string }) => {
      sent.push(to);
      return Promise.resolve({ kind: 'accepted' as const, providerId: 'p' });
    },
  }));
  const gate = createChannelActivities({
    ...{ database, clock, channels, definitions: [cart], messages: [nudge], secret: 'test secret' },
    render: () => ({ text: 'Your cart' }),
    attempt: () => 1,
    abort: () => undefined,
  });
  let runId: string | null = null;
  /** The run that is there now. */
  const findRun = async () => (runId = (await database.sql<{ id: string }[]>`select id from runs`)[0]!.id);
  return {
    ...{ api, sent, routing, findRun, sql: database.sql },
    async post(type: string, body: object) {
      expect((await api.post(`/v1/${type}`, body, write)).status).toBe(200);
    },
    /** What the gate answers for the run that was there first: its state, or why it lets wait. */
    async ask() {
      runId ??= await findRun();
      const input = {
        runId,
        message: 'nudge',
        nth: 1,
        channel: 'email' as const,
        data: {},
        askedAt: 0,
      };
      try {
        const { state, reason } = await gate.sendMessage(input);
        return reason ?? state;
      } catch (error) {
        return `waits: ${(error as { type: string }).type}`;
      }
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const added = { event: 'Product Added', properties: { product_id: 'teapot', price: 10 } };
const bought = { event: 'Order Completed', properties: { order_id: 'o-1', total: 10 } };
const consents = { consent: { channels: { email: true } } };

test('a purchase that was answered before the gate looked stops the nudge, however far routing lags', async () => {
  await using it = await shop();
  await it.post('identify', { userId: 'ada', traits: { email: 'ada@example.test' }, context: consents });
  await it.post('track', { userId: 'ada', ...added });
  await it.routing.route();
  await it.findRun();
  // Others keep routing busy, before and after.
  const others = (n: number) => ({
    batch: Array.from({ length: 40 }, (_, i) => ({ type: 'track', userId: `other-${n}-${i}`, ...added })),
  });
  await it.post('batch', others(1));
  await it.post('track', { userId: 'ada', ...bought });
  await it.post('batch', others(2));
  expect(await it.ask()).toBe('waits: behind');
  const looks: string[] = [];
  for (let left = 41; left > 0; left -= 10) {
    await it.routing.route(10);
    looks.push(await it.ask());
  }
  expect(looks).toEqual([...Array<string>(4).fill('waits: behind'), 'run-closed']);
  expect(it.sent).toEqual([]);

  const { items } = (await it.api.get('/v1/customers/ada/timeline', admin)).body;
  expect(items.find(({ kind }) => kind === 'delivery')).toMatchObject({
    ...{ state: 'withheld', reason: 'run-closed' },
    verdicts: [
      { words: 'waiting: behind — an event of the customer has not taken effect yet' },
      { words: 'withheld: run-closed — the run had ended as ordered at 2026-05-01T12:00:00.000Z' },
    ],
  });
});

test('so does one under another id of theirs, of which only events still to be routed say whose it is', async () => {
  await using it = await shop();
  await it.post('identify', {
    anonymousId: 'browser',
    traits: { email: 'ada@example.test' },
    context: consents,
  });
  await it.post('track', { anonymousId: 'browser', ...added });
  await it.routing.route();
  await it.post('identify', { userId: 'ada', anonymousId: 'browser' });
  await it.post('track', { userId: 'ada', ...bought });
  expect(await it.ask()).toBe('waits: behind');
  await it.routing.route(1);
  expect(await it.ask()).toBe('waits: behind');
  await it.routing.route();
  expect(await it.ask()).toBe('run-closed');
  expect(it.sent).toEqual([]);
});

test('nothing owed: it goes', async () => {
  await using it = await shop();
  await it.post('identify', { userId: 'ada', traits: { email: 'ada@example.test' }, context: consents });
  await it.post('track', { userId: 'ada', ...added });
  await it.routing.route();
  await it.post('track', { userId: 'somebody else', ...bought });
  expect(await it.ask()).toBe('accepted');
  expect(it.sent).toEqual(['ada@example.test']);
});

test('a contact counts, on its channel if it names one', async () => {
  await using it = await shop();
  const made = (channel: unknown) => ({ event: 'Contact Made', properties: { channel } });
  await it.post('identify', { userId: 'ada', traits: { email: 'ada@example.test' }, context: consents });
  await it.post('track', { userId: 'ada', ...added });
  for (const channel of ['Email', 'showroom', 7, undefined]) {
    await it.post('track', { userId: 'ada', ...made(channel) });
  }
  await it.routing.route();
  const rows = await it.sql<{ channel: string | null }[]>`select channel from contacts order by channel`;
  expect(rows.map(({ channel }) => channel)).toEqual(['email', null, null, null]);
  await it.api.put('/v1/settings', {
    caps: { helpAndOffer: [], channels: { email: [{ sends: 1, within: 'calendar day' }] } },
  });
  expect(await it.ask()).toBe('capped');
});
