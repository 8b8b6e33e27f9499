import { expect } from 'vitest';
import { startTestShop, timeSkippedTest as test, type TestShop } from '../../testing/index.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { eventually } from '../support/eventually.ts';
import { alert } from './fixtures/alert.ts';

const dayMs = 86_400_000;
const quietHours = { email: [{ from: '21:00', to: '08:00' }] } as const;
/** Without summer time. */
const timezone = 'Asia/Kolkata';

/** Lets time pass until it is that time in UTC, the next time it is. */
async function untilUtc(shop: TestShop, hour: number, minute: number): Promise<void> {
  const nowMs = shop.now().getTime();
  const ms = ((hour * 60 + minute) * 60_000 - (nowMs % dayMs) + dayMs) % dayMs;
  if (ms > 0) await shop.pass(`${ms / 1_000} seconds`);
}

/** What a history holds, decoded. */
const inWords = (history: string) =>
  history.replaceAll(/"data": "([^"]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());

test('a nudge that is due at night waits for the morning there: not sent to who bought meanwhile, sent to the other by workers that never heard of it', async () => {
  await using shop = await startTestShop({ only: ['abandonedCart'], quietHours });
  for (const id of ['buyer', 'sleeper']) await shop.identify(id, { traits: { timezone } });
  // A quarter to eleven at night in Kolkata: the nudge is due at half past.
  await untilUtc(shop, 17, 15);
  for (const id of ['buyer', 'sleeper'])
    await shop.track(id, productAdded, {
      cart_id: `cart-of-${id}`,
      sku: 'teapot',
      name: 'Teapot',
      price: 20,
    });
  await shop.pass('1 hour');
  const held = { state: 'waiting', reason: 'quiet-hours', channel: 'email', arm: null, said: null };
  for (const id of ['buyer', 'sleeper']) expect(await shop.deliveries(id)).toMatchObject([held]);
  const histories = (await shop.histories('abandonedCart')).map(inWords);
  for (const history of histories) {
    expect(history).toContain('cart-nudge by email held until 08:00 there: quiet-hours');
    expect(history).toContain('"held until 08:00 there: quiet-hours"');
    expect(history, 'zones are for activities').not.toContain('Kolkata');
  }
  // Two at night.
  await shop.pass('2 hours');
  await shop.track('buyer', orderCompleted, { order_id: 'o-1', total: 20 });
  const cancelled = { state: 'cancelled', reason: 'run-closed', said: null };
  expect(await shop.deliveries('buyer')).toMatchObject([cancelled]);
  expect(await shop.runs('buyer')).toMatchObject([{ outcome: 'ordered' }]);
  await shop.restartWorkers();
  await shop.pass('7 hours');
  expect(await shop.deliveries('buyer')).toMatchObject([cancelled]);
  const [sent] = await shop.deliveries('sleeper');
  expect(sent).toMatchObject({ message: 'cart-nudge', state: 'accepted' });
  expect(sent!.at.toISOString()).toMatch(/T02:30:0\d/);
  // The next wait counts from when it went out.
  await shop.pass('4 days');
  expect(await shop.runs('sleeper')).toMatchObject([{ outcome: 'lost' }]);
  const [run] = await shop.runs('sleeper');
  expect(run!.closedAt!.toISOString()).toMatch(/T02:30:\d\d/);
});

test('to all channels: the mail goes out at night and the text in the morning, to who has not bought meanwhile', async () => {
  await using shop = await startTestShop({
    ...{ workflows: new URL('fixtures/alerts.ts', import.meta.url), messages: [alert] },
    quietHours: { sms: [{ from: '21:00', to: '08:00' }] },
  });
  for (const id of ['buyer', 'sleeper']) await shop.identify(id, { traits: { timezone } });
  await untilUtc(shop, 17, 15);
  for (const id of ['buyer', 'sleeper']) await shop.track(id, productAdded, { sku: 'teapot' });
  const states = async (id: string) =>
    Object.fromEntries((await shop.deliveries(id)).map(({ channel, state }) => [channel, state]));
  for (const id of ['buyer', 'sleeper'])
    await eventually('both are decided', async () => (await shop.deliveries(id)).length === 2);
  expect(await states('buyer')).toEqual({ email: 'accepted', sms: 'waiting' });
  await shop.track('buyer', orderCompleted, { order_id: 'o-1', total: 20 });
  expect(await states('buyer')).toEqual({ email: 'accepted', sms: 'cancelled' });
  await shop.restartWorkers();
  await shop.pass('10 hours');
  expect(await states('buyer')).toEqual({ email: 'accepted', sms: 'cancelled' });
  expect(await states('sleeper')).toEqual({ email: 'accepted', sms: 'accepted' });
  expect(await shop.runs('sleeper')).toMatchObject([{ outcome: 'email-accepted' }]);
});
