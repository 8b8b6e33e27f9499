import type { Analytics } from '@segment/analytics-next';
import { expect } from 'vitest';
import { bounds } from '../../src/domain/bounds.ts';
import { browserTest, openBrowser } from '../support/browser.ts';
import { shopPage } from '../support/shop-page.ts';
import { kairos } from './kairos.ts';

declare global {
  var analytics: Analytics;
}

const batching = (config: object) =>
  JSON.stringify({ integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config } } } });

/** Kairos, a shop elsewhere whose page knows of Kairos only its address and the write key, and a visitor's browser. */
async function setup(options = '{}') {
  const { url, ...more } = await kairos();
  const shop = await shopPage(`{ writeKey: 'write-of-test', cdnURL: '${url}' }, ${options}`);
  const browser = await openBrowser();
  const { page } = browser;
  return {
    ...more,
    ...{ url, shop, browser, page },
    /** A page of the shop, its library loaded. */
    async open(path = '/') {
      await page.goto(`${shop.origin}${path}`);
      await page.evaluate(() => analytics.ready(() => {}));
    },
    async [Symbol.asyncDispose]() {
      for (const part of [browser, shop, more]) await part[Symbol.asyncDispose]();
    },
  };
}

browserTest(
  'the address and the write key are all that a page needs, and nothing goes elsewhere',
  async () => {
    await using it = await setup();
    const asked: string[] = [];
    it.browser.context.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin === it.url) asked.push(`${pathname} ${request.headers()['content-type'] ?? ''}`.trim());
    });
    await it.open('/kettles?utm_source=newsletter&ajs_event=Link%20Followed');
    await it.page.evaluate(async () => {
      await analytics.page('Kettles', { sku: 'k-1' });
      await analytics.alias('u1');
      const consent = { channels: { email: true } };
      await analytics.identify('u1', { email: 'ada@example.test' }, { context: { consent } });
      await analytics.track('Product Added', { cart_id: 'c1', product_id: 'k-1', price: 29.9 });
      await analytics.group('g1', { name: 'Guild' });
      await analytics.screen('Home');
    });
    const events = await it.untilEvents(7);
    const { anonymousId } = events[0]!;
    expect(anonymousId).toMatch(/^[\w-]{36}$/);
    expect(events.map(({ kind, name, userId }) => [kind, name, userId])).toEqual([
      ['track', 'Link Followed', null],
      ['page', 'Kettles', null],
      ['alias', null, 'u1'],
      ['identify', null, 'u1'],
      ['track', 'Product Added', 'u1'],
      ['group', null, 'u1'],
      ['screen', 'Home', 'u1'],
    ]);
    for (const event of events) expect(event.anonymousId).toBe(anonymousId);
    expect(events[2]!.previousId).toBe(anonymousId);
    expect(events[3]!.body).toMatchObject({
      traits: { email: 'ada@example.test' },
      context: { consent: { channels: { email: true } }, userAgentData: { mobile: false } },
    });
    expect(events[4]!.body).toMatchObject({
      properties: { cart_id: 'c1', product_id: 'k-1', price: 29.9 },
      context: { page: { path: '/kettles' }, campaign: { source: 'newsletter' } },
    });
    const short = ['t', 'p', 'a', 'i', 't', 'g', 's'].map((kind) => `/v1/${kind} text/plain`);
    expect(asked).toEqual(['/v1/projects/write-of-test/settings', ...short]);
    expect(it.browser.complaints).toEqual([]);
    expect(await it.browser.hostsOfPages()).toEqual([new URL(it.url).host, new URL(it.shop.origin).host]);
  },
);

browserTest('a page that batches posts its events together, in their order', async () => {
  await using it = await setup(batching({ size: 3, timeout: 60_000 }));
  const posted: string[] = [];
  it.browser.context.on('request', (request) => {
    if (request.method() === 'POST') posted.push(new URL(request.url()).pathname);
  });
  await it.open();
  await it.page.evaluate(() => {
    for (const event of ['First', 'Second', 'Third']) void analytics.track(event);
  });
  expect((await it.untilEvents(3)).map(({ name }) => name)).toEqual(['First', 'Second', 'Third']);
  expect(posted).toEqual(['/v1/b']);
  expect(it.browser.complaints).toEqual([]);
});

browserTest.each([
  ['one by one', '{}'],
  ['in batches', batching({ size: 50, timeout: 60_000 })],
])('what a page says as it is left arrives, each once: %s', async (_, options) => {
  await using it = await setup(options);
  await it.open();
  // Another origin, as a payment provider's.
  const elsewhere = `${it.shop.origin.replace('localhost', '127.0.0.1')}/pay`;
  const leave = (events: string[]) => {
    const tracks = events.map((event) => `analytics.track('${event}', { order_id: 'o1' });`);
    return it.page.evaluate(`${tracks.join('')} location.href = '${elsewhere}';`);
  };
  await leave(['Checkout Started', 'Payment Opened']);
  await it.page.waitForURL(elsewhere);
  expect((await it.untilEvents(2)).map(({ name }) => name).sort()).toEqual([
    'Checkout Started',
    'Payment Opened',
  ]);
  // Back again, the library sends what it does not know to have arrived: a duplicate.
  await it.open();
  await leave(['Thanked']);
  expect((await it.untilEvents(3)).map(({ name }) => name).sort()).toEqual([
    'Checkout Started',
    'Payment Opened',
    'Thanked',
  ]);
  expect(it.browser.complaints).toEqual([]);
});

browserTest('more than a browser lets outlive its page at once arrives all the same', async () => {
  await using it = await setup();
  await it.open();
  await it.page.evaluate(() => {
    for (let n = 0; n < 8; n += 1) void analytics.track('Seen', { n, text: 'x'.repeat(20_000) });
  });
  const events = await it.untilEvents(8);
  expect(events.map(({ body }) => body.properties?.['n']).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

browserTest('what was refused for too many is sent again when Kairos says so', async () => {
  await using it = await setup();
  await it.open();
  it.limits.queueItems = 0;
  const refused = it.page.waitForResponse((response) => response.status() === 429);
  await it.page.evaluate(() => void analytics.track('Seen'));
  expect((await refused).headers()['retry-after']).toBe('1');
  it.limits.queueItems = bounds.queueItems;
  const again = await it.page.waitForRequest((request) => request.headers()['x-retry-count'] !== undefined);
  expect((await again.response())!.status()).toBe(200);
  expect(await it.untilEvents(1)).toHaveLength(1);
});

browserTest("a beacon of the shop's own arrives after its page is gone", async () => {
  await using it = await setup();
  await it.open();
  const message = { event: 'Page Left', anonymousId: 'a1', messageId: 'beacon-1' };
  const url = `${it.url}/v1/track?writeKey=write-of-test`;
  await it.page.evaluate(
    `addEventListener('pagehide', () => navigator.sendBeacon('${url}', '${JSON.stringify(message)}'))`,
  );
  await it.page.close();
  expect((await it.untilEvents(1))[0]).toMatchObject({
    name: 'Page Left',
    messageId: 'beacon-1',
    anonymousId: 'a1',
  });
  expect(it.browser.complaints).toEqual([]);
});

browserTest("headers that a shop's other scripts put on its requests do not stop them", async () => {
  await using it = await setup(
    `{ integrations: { 'Segment.io': { deliveryStrategy: { config: { headers: { 'traceparent': '00-1-1-01' } } } } } }`,
  );
  await it.open();
  await it.page.evaluate(() => void analytics.track('Seen'));
  expect((await it.untilEvents(1))[0]).toMatchObject({ name: 'Seen' });
  expect(it.browser.complaints).toEqual([]);
});
