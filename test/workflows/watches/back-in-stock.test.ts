import { expect } from 'vitest';
import { orderCompleted } from '../../../src/events/order-completed.ts';
import { productViewed } from '../../../src/events/product-viewed.ts';
import { startTestShop, timeSkippedTest as test } from '../../../testing/index.ts';

const only = ['backInStock'];

test('who looked while it was sold out is told when it is back, the longest waiting first', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  for (const id of ['ada', 'grace', 'hedy', 'mary']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  await shop.report('stock.changed', 'kettle', { available: 1 });
  expect(await shop.deliveries('ada')).toMatchObject([{ message: 'back-on-shelf', state: 'accepted' }]);
  expect(await shop.deliveries('grace')).toMatchObject([{ state: 'accepted' }]);
  expect(await shop.deliveries('hedy')).toEqual([]);
  await shop.pass('61 minutes');
  expect(await shop.deliveries('hedy')).toMatchObject([{ state: 'accepted' }]);
  expect(await shop.deliveries('mary')).toMatchObject([{ state: 'accepted' }]);
});

test('who has bought it meanwhile is told nothing', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  await shop.identify('ada');
  await shop.track('ada', productViewed, { sku: 'kettle' });
  await shop.track('ada', orderCompleted, { order_id: 'o-1', products: [{ sku: 'kettle', quantity: 1 }] });
  await shop.report('stock.changed', 'kettle', { available: 5 });
  expect(await shop.deliveries('ada')).toEqual([]);
});

test('who has waited for a season waits no more, and reads why; a later look is told', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  for (const id of ['ada', 'grace']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  const runs = async () => {
    const { items } = await shop.admin<Items>('GET', '/v1/runs?subject=kettle');
    return items.map(({ state, outcome }) => [state, outcome]);
  };
  await shop.pass('89 days');
  expect(await runs()).toEqual([['open', null]]);
  await shop.pass('2 days');
  expect(await runs()).toEqual([['closed', 'expired']]);
  const { items } = await shop.admin<Items>('GET', '/v1/customers/ada/timeline');
  expect(items.find(({ kind }) => kind === 'waiting')).toMatchObject({
    ...{ state: 'closed', reason: 'expired' },
    words: 'the watch over kettle ended for them after 90 days: nobody has to wait longer',
  });
  await shop.track('grace', productViewed, { sku: 'kettle' });
  expect(await runs()).toEqual([
    ['open', null],
    ['closed', 'expired'],
  ]);
  await shop.report('stock.changed', 'kettle', { available: 5 });
  expect([await shop.deliveries('ada'), await shop.deliveries('grace')]).toMatchObject([
    [],
    [{ state: 'accepted' }],
  ]);
});

test('three products that are back on one morning are one mail; the wait for one alone is as short as ever', async () => {
  await using shop = await startTestShop({ only });
  const skus = ['kettle', 'pot', 'pan'];
  for (const sku of skus) await shop.report('stock.changed', sku, { available: 0 });
  for (const id of ['ada', 'grace']) await shop.identify(id);
  for (const sku of skus) await shop.track('ada', productViewed, { sku });
  await shop.track('grace', productViewed, { sku: 'pot' });
  await shop.admin(
    'PUT',
    '/v1/products',
    skus.map((sku) => ({ sku, title: sku, price: 10, currency: 'EUR', category: 'x', available: 5 })),
  );
  const [mail, ...more] = await shop.deliveries('ada');
  expect(more).toEqual([]);
  expect(mail).toMatchObject({
    state: 'accepted',
    said: { subject: expect.stringMatching(/ and 2 more are back$/) as string },
  });
  for (const sku of skus) expect(JSON.stringify(mail!.said)).toContain(`<strong>${sku}</strong>`);
  expect(await shop.deliveries('grace')).toMatchObject([{ said: { subject: 'pot is back' } }]);
});

type Items = { items: Record<string, unknown>[] };
