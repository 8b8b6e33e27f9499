import Analytics from '@rudderstack/rudder-sdk-node';
import { expect, test } from 'vitest';
import { bounds } from '../../src/domain/bounds.ts';
import { eventually } from '../support/eventually.ts';
import { holdMessageIds } from '../support/hold-message-ids.ts';
import { routingOver } from '../support/routing.ts';
import { kairos } from './kairos.ts';

type Options = ConstructorParameters<typeof Analytics>[1];

/** Kairos, and a service whose client knows of it only its address and the write key. */
async function setup() {
  const it = await kairos();
  const client = (options: Options = {}) =>
    new Analytics('write-of-test', { dataPlaneUrl: it.url, flushAt: 100, logLevel: 'none', ...options });
  return { ...it, client };
}

/** The first message leaves at once and alone; what comes after it waits for the flush. */
async function send(client: Analytics, say: (client: Analytics) => void): Promise<void> {
  say(client);
  await client.flush();
}

test.each([
  ['gzipped', true],
  ['plain', false],
])('what the client says arrives, %s', async (_, gzip) => {
  await using it = await setup();
  const client = it.client({ gzip });
  const timestamp = new Date('2026-03-01T10:00:00.000Z');
  await send(client, (to) => {
    to.identify({
      userId: 'u1',
      anonymousId: 'a1',
      traits: { email: 'ada@example.test', plan: 'gold' },
      context: { consent: { channels: { email: true, sms: false } } },
    });
    to.track({
      userId: 'u1',
      event: 'Product Added',
      properties: { cart_id: 'c1', product_id: 'k-1', price: 29.9 },
    });
    to.track({
      userId: 'u1',
      event: 'Order Completed',
      properties: { order_id: 'o1', total: 29.9 },
      timestamp,
    });
    to.page({ anonymousId: 'a1', name: 'Kettles', category: 'Shop' });
    to.screen({ anonymousId: 'a1', name: 'Home' });
    to.group({ userId: 'u1', groupId: 'g1', traits: { name: 'Guild' } });
    to.alias({ userId: 'u1', previousId: 'a0' });
  });
  const events = await it.events();
  expect(events.map(({ kind, name, userId, anonymousId }) => [kind, name, userId, anonymousId])).toEqual([
    ['identify', null, 'u1', 'a1'],
    ['track', 'Product Added', 'u1', null],
    ['track', 'Order Completed', 'u1', null],
    ['page', 'Kettles', null, 'a1'],
    ['screen', 'Home', null, 'a1'],
    ['group', null, 'u1', null],
    ['alias', null, 'u1', null],
  ]);
  expect(events.at(-1)!.previousId).toBe('a0');
  expect(events[1]!.body).toMatchObject({ properties: { cart_id: 'c1', product_id: 'k-1', price: 29.9 } });
  expect(events[5]!.body).toMatchObject({ groupId: 'g1', traits: { name: 'Guild' } });
  // The client's own time of the call, or the time that the service named: how long ago by the client's clock.
  const agoMs = events.map(({ body }) => {
    const { originalTimestamp, timestamp: named, sentAt } = body as unknown as Record<string, string>;
    return Date.parse(sentAt!) - Date.parse(named ?? originalTimestamp!);
  });
  expect(Math.max(...agoMs)).toBe(agoMs[2]);
  expect(agoMs.filter((ms) => ms > 0).length).toBeGreaterThan(1);
  expect(events.map(({ occurredAt, receivedAt }) => receivedAt.getTime() - occurredAt.getTime())).toEqual(
    agoMs,
  );

  await routingOver(it.database.sql, []).route();
  const { body } = await it.get('/v1/customers/a0');
  expect(body).toMatchObject({
    userIds: ['u1'],
    anonymousIds: expect.arrayContaining(['a0', 'a1']) as string[],
    traits: { email: { value: 'ada@example.test' }, plan: { value: 'gold' } },
    consents: { email: { state: 'granted' }, sms: { state: 'denied' } },
  });
});

test('refused for too many, and with the database away, the client comes back, and each event counts once', async () => {
  await using it = await setup();
  const statuses: (number | undefined)[] = [];
  const onRetry = (_: number, error: { response?: { status: number; headers: object } }) => {
    statuses.push(error.response?.status);
    expect(error.response?.headers).toHaveProperty('retry-after');
    it.limits.queueItems = bounds.queueItems;
  };
  it.limits.queueItems = 0;
  const client = it.client({ axiosRetryConfig: { onRetry } });
  await send(client, (to) => to.track({ userId: 'u1', event: 'Seen' }));
  expect(statuses).toEqual([429]);

  it.limits.commitMs = 200;
  await using held = await holdMessageIds(it.database.url);
  const sent = send(client, (to) => to.track({ userId: 'u1', event: 'Seen Again' }));
  await eventually('the refusal', () => statuses.length > 1);
  await held.letGo();
  await sent;
  expect(statuses.slice(0, 2)).toEqual([429, 503]);
  expect((await it.events()).map(({ name }) => name)).toEqual(['Seen', 'Seen Again']);
});

test('a wrong write key is told to the service, which does not try for ever', async () => {
  await using it = await setup();
  const told: unknown[] = [];
  const errorHandler = (error: { response?: { status: number } }) => void told.push(error.response?.status);
  const options = { dataPlaneUrl: it.url, logLevel: 'none', errorHandler };
  const client = new Analytics('nobody', options);
  await send(client, (to) => to.track({ userId: 'u1', event: 'Seen' }));
  expect(told).toEqual([401]);
  expect(await it.events()).toEqual([]);
});
