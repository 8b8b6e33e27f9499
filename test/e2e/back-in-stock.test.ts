import { afterAll, beforeAll, expect, test } from 'vitest';
import { armKeyOf, drawOf, holdoutOf } from '../../src/domain/holdout.ts';
import { browserTest, openBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { scriptPage } from '../support/script-page.ts';
import { openShop, type OpenShop } from '../support/open-shop.ts';
import type { Shop, ShownDelivery } from '../support/shop.ts';

/** The hour between two waves passes in half a minute: long enough to see that nobody is told in it. */
const clockSpeed = 120;

let open: OpenShop;
let shop: Shop;

beforeAll(async () => {
  open = await openShop(clockSpeed);
  ({ shop } = open);
});

afterAll(() => open[Symbol.asyncDispose]());

interface Delivery extends ShownDelivery {
  customerId: string;
  subject: string;
}

const post = (path: string, body: unknown, type = 'application/json') =>
  shop.admin<unknown>(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': type },
  });
const put = (path: string, body: unknown) =>
  shop.admin<unknown>(path, { method: 'PUT', body: JSON.stringify(body) });
const track = (userId: string, event: string, properties: object) => ({
  type: 'track',
  userId,
  event,
  properties,
});
const kettle = { sku: 'kettle', title: 'A kettle', price: 29.9, currency: 'EUR', substitutes: ['jug'] };
const stocked = (available: number) => put('/v1/products', [{ ...kettle, available }]);
const people = Array.from({ length: 10 }, (_, n) => `person-${n}`);
const arm = (userId: string) => {
  const { salt, share } = holdoutOf('backInStock', 0.1);
  return drawOf(salt, armKeyOf(userId)) < share ? 'held-out' : 'treated';
};
const toldTo = async () => {
  const { items } = await shop.admin<{ items: Delivery[] }>('/v1/deliveries?name=backInStock&limit=1000');
  return items;
};
const settled = (count: number) =>
  eventually(
    `${count} would-sends`,
    async () => {
      const open = ['intended', 'accepted'];
      const items = (await toldTo()).filter(({ arm, state }) => arm !== null && !open.includes(state));
      return items.length >= count && items;
    },
    90_000,
  );

test('a product comes back: the longest waiting are told, as many as the shelf can serve, and nobody twice', async () => {
  await put('/v1/products', [
    { ...kettle, available: 5 },
    { ...kettle, sku: 'jug', title: 'A jug', substitutes: [] },
  ]);
  await stocked(0);
  for (const user of people) {
    const consents = { email: user !== 'person-3' };
    const identify = { type: 'identify', userId: user, traits: { email: `${user}@example.test` } };
    await post('/v1/batch', {
      batch: [
        { ...identify, context: { consent: { channels: consents } } },
        track(user, 'Product Viewed', { sku: 'kettle' }),
      ],
    });
  }
  await post('/v1/batch', {
    batch: [
      track('person-4', 'Order Completed', { order_id: 'o-4', products: [{ sku: 'jug', quantity: 1 }] }),
    ],
  });
  await stocked(3);

  const first = await settled(6);
  const idOf = async (user: string) => (await shop.admin<{ id: string }>(`/v1/customers/${user}`)).id;
  const ids = new Map<string, string>();
  for (const user of people) ids.set(await idOf(user), user);
  const served = ['person-0', 'person-1', 'person-2', 'person-5', 'person-6', 'person-7'];
  expect(first.map(({ customerId }) => ids.get(customerId)).sort()).toEqual(served);
  for (const one of first) {
    const isTreated = arm(ids.get(one.customerId)!) === 'treated';
    expect(one).toMatchObject({
      ...{ subject: 'kettle', message: 'back-on-shelf', channel: 'email' },
      ...{ arm: isTreated ? 'treated' : 'held-out', state: isTreated ? 'delivered' : 'held-out' },
    });
  }
  const [withheld, ...others] = (await toldTo()).filter(({ state }) => state === 'withheld');
  expect(withheld).toMatchObject({ reason: 'no-consent', arm: null });
  expect(ids.get(withheld!.customerId)).toBe('person-3');
  expect(others).toEqual([]);
  for (const user of served.filter((one) => arm(one) === 'treated')) {
    const [mail, ...more] = await shop.inboxOf(`${user}@example.test`);
    expect(mail).toMatchObject({ subject: 'A kettle is back', channel: 'email' });
    expect(first.map(({ id }) => id)).toContain(mail!.deliveryId);
    expect(more).toEqual([]);
  }

  await stocked(0);
  await stocked(1);
  const second = await settled(8);
  expect(second).toHaveLength(8);
  expect(second.map(({ customerId }) => ids.get(customerId)).sort()).toEqual([
    ...served,
    'person-8',
    'person-9',
  ]);
  const at = (one: Delivery) => Date.parse(one.at);
  const gap = Math.min(...second.slice(0, 2).map(at)) - Math.min(...second.slice(2).map(at));
  // An hour from the beginning of one wave to that of the next.
  expect(gap).toBeGreaterThan(3_500_000);
  for (const user of people)
    expect((await shop.inboxOf(`${user}@example.test`)).length).toBeLessThanOrEqual(1);
  const { items } = await shop.admin<{ items: { state: string; subject: string }[] }>(
    '/v1/runs?name=backInStock',
  );
  expect(items).toMatchObject([{ state: 'open', subject: 'kettle' }]);
});

/** Milliseconds below which a share of some figures lies. */
const quantile = (figures: readonly number[], share: number) =>
  [...figures].sort((a, b) => a - b)[Math.ceil(figures.length * share) - 1]!;

browserTest('who is on the site, though nobody knows them, sees it on the page at that moment', async () => {
  const probes = 40;
  const none = { caps: { helpAndOffer: [], offer: [] } };
  await put('/v1/settings', none);
  const visitor = ['v-0', 'v-1', 'v-2', 'v-3', 'v-4'].find((id) => arm(id) === 'treated')!;
  const probe = (n: number) => ({ sku: `cup-${n}`, title: `Cup ${n}`, price: 5, currency: 'EUR' });
  const stockedProbe = (n: number, available: number) =>
    put('/v1/products', [{ ...probe(n), available, url: 'https://shop.example/cup' }]);
  for (let n = 0; n < probes; n += 1) {
    await stockedProbe(n, 5);
    await stockedProbe(n, 0);
  }
  const looks = Array.from({ length: probes }, (_, n) => ({
    ...{ type: 'track', anonymousId: visitor, event: 'Product Viewed' },
    properties: { sku: probe(n).sku },
  }));
  await post('/v1/batch', { batch: looks });
  await using pages = await scriptPage(shop.url, 'dev-write-key');
  await using browser = await openBrowser();
  const { page } = browser;
  await page.goto(pages.origin);
  const listening = page.waitForResponse((response) => response.url().includes('/v1/onsite?'));
  await page.evaluate(`localStorage.setItem('ajs_anonymous_id', '"${visitor}"')`);
  await listening;
  const card = page.locator('#kairos-onsite [part=message]');
  const tookMs: number[] = [];
  for (let n = 0; n < probes; n += 1) {
    const from = performance.now();
    await stockedProbe(n, 5);
    await card.getByText(`Cup ${n} is back`, { exact: true }).waitFor();
    tookMs.push(performance.now() - from);
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
  }
  console.log(
    `event to page: median ${quantile(tookMs, 0.5).toFixed(0)} ms, p95 ${quantile(tookMs, 0.95).toFixed(0)} ms`,
  );
  const { id } = await shop.admin<{ id: string }>(`/v1/customers/${visitor}`);
  const shown = await shop.admin<{ items: Delivery[] }>(`/v1/deliveries?customer=${id}&limit=1000`);
  expect(shown.items.map(({ channel, state }) => `${channel} ${state}`)).toEqual(
    Array.from({ length: probes }, () => 'onsite delivered'),
  );
  expect(browser.complaints).toEqual([]);
});
