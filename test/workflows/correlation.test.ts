import { describe, expect } from 'vitest';
import { productAdded } from '../../src/events/product-added.ts';
import { startTestShop, timeSkippedTest as test, type TestShop } from '../../testing/index.ts';
import { orderDelivered, orderShipped, productViewed } from './fixtures/tea-shop-events.ts';

const workflows = new URL('fixtures/tea-shop.ts', import.meta.url);

const outcomes = async (shop: TestShop, name: string) =>
  Object.fromEntries(
    (await shop.runs('jane')).filter((run) => run.name === name).map((run) => [run.key, run.outcome]),
  );

describe('a journey per order', () => {
  test('hears of its own order only, and of one that is not named', async () => {
    await using shop = await startTestShop({ workflows });
    for (const order_id of ['o-1', 'o-2', 'o-3']) await shop.track('jane', orderShipped, { order_id });
    await shop.track('jane', orderDelivered, { order_id: 'o-2', carrier: 'boat' });
    expect(await outcomes(shop, 'parcel')).toEqual({ 'o-1': null, 'o-2': 'by-boat', 'o-3': null });
    await shop.track('jane', orderDelivered, { order_id: 'o-4', carrier: 'train' });
    await shop.track('john', orderDelivered, { order_id: 'o-1', carrier: 'bike' });
    expect(await outcomes(shop, 'parcel')).toMatchObject({ 'o-1': null, 'o-3': null });
    await shop.track('jane', orderDelivered, { carrier: 'drone' });
    expect(await outcomes(shop, 'parcel')).toEqual({
      'o-1': 'by-drone',
      'o-2': 'by-boat',
      'o-3': 'by-drone',
    });
  });

  test('waits no longer than it says', async () => {
    await using shop = await startTestShop({ workflows });
    await shop.track('jane', orderShipped, { order_id: 'o-1' });
    await shop.pass('13 days');
    expect(await outcomes(shop, 'parcel')).toEqual({ 'o-1': null });
    await shop.pass('25 hours');
    expect(await outcomes(shop, 'parcel')).toEqual({ 'o-1': 'overdue' });
  });
});

test('a visitor who comes within reach late: no workflow until then, and what was heard counts', async () => {
  await using shop = await startTestShop({ workflows, only: ['browsing'] });
  const visitor = { anonymousId: 'her browser' };
  await shop.track(visitor, productAdded, {});
  await shop.pass('1 hour');
  await shop.track(visitor, productViewed, {});
  await shop.pass('3 hours');
  await expect(shop.histories('browsing')).rejects.toThrow(/not found/i);
  await shop.identify({ ...visitor, userId: 'jane' });
  expect(await outcomes(shop, 'browsing')).toEqual({ '': 'looked-on' });
});

test('a run that waits hears that what is in its cart is sold out; one with something else does not', async () => {
  await using shop = await startTestShop({ workflows, only: ['lastCups'] });
  for (const sku of ['cup', 'pot']) await shop.report('stock.changed', sku, { available: 2 });
  for (const [id, sku] of [['jane', 'cup'] as const, ['john', 'pot'] as const]) {
    await shop.identify(id);
    await shop.track(id, productAdded, { sku });
  }
  await shop.pass('1 day');
  await shop.report('stock.changed', 'cup', { available: 0 });
  const outcomesNow = async () => [
    (await shop.runs('jane'))[0]!.outcome,
    (await shop.runs('john'))[0]!.outcome,
  ];
  expect(await outcomesNow()).toEqual(['no-cup-left-0', null]);
  await shop.pass('25 hours');
  expect(await outcomesNow()).toEqual(['no-cup-left-0', 'still-there']);
});

describe('an event with the same product', () => {
  const added = async (product_id?: string) => {
    const shop = await startTestShop({ workflows });
    await shop.track('jane', productAdded, product_id === undefined ? {} : { product_id });
    return shop;
  };
  const outcome = async (shop: TestShop) => (await outcomes(shop, 'secondLook'))[''];

  test('is heard when it comes during the wait', async () => {
    await using shop = await added('p-1');
    await shop.pass('25 hours');
    await shop.track('jane', productViewed, { product_id: 'p-1' });
    expect(await outcome(shop)).toBe('looked-again');
  });

  test('is heard when it came before the wait', async () => {
    await using shop = await added('7');
    await shop.track('jane', productViewed, { product_id: 7 });
    expect(await outcome(shop)).toBeNull();
    await shop.pass('25 hours');
    expect(await outcome(shop)).toBe('looked-again');
  });

  test('is told from one with another product, and from one with none', async () => {
    await using shop = await added('p-1');
    await shop.track('jane', productViewed, { product_id: 'p-2' });
    await shop.pass('25 hours');
    await shop.track('jane', productViewed, { product_id: 'p-3' });
    await shop.track('jane', productViewed, {});
    expect(await outcome(shop)).toBeNull();
    await shop.pass('2 days');
    expect(await outcome(shop)).toBe('forgotten');
  });

  test('is one with none where the run has none', async () => {
    await using shop = await added();
    await shop.pass('25 hours');
    await shop.track('jane', productViewed, { product_id: 'p-1' });
    expect(await outcome(shop)).toBeNull();
    await shop.track('jane', productViewed, {});
    expect(await outcome(shop)).toBe('looked-again');
  });
});
