import { describe, expect, test } from 'vitest';
import type { Purpose } from '../../src/domain/delivery.ts';
import {
  aboutNothing,
  conditionsOf,
  irrelevance,
  relevantData,
  type ProductState,
  type Relevance,
} from '../../src/domain/relevance.ts';

const at = Date.parse('2026-03-10T12:00:00Z');
const teapot: ProductState = {
  ...{ sku: 'teapot', productId: null, units: 5, category: 'kitchen', boughtAt: null, deliveredAt: null },
};
const kettle = { ...teapot, sku: 'kettle' };
const itemOf = ({ sku, productId }: ProductState) => ({ line: sku ?? productId, sku, productId });
const about = (over: Partial<Relevance>, purpose: Purpose = 'offer'): Relevance => {
  const given = { ...aboutNothing, about: { sku: 'teapot' }, products: [teapot], ...over };
  const whole = { ...given, items: over.items ?? given.products.map(itemOf) };
  return { ...whole, conditions: conditionsOf({ purpose, about: whole.about }, whole.conditions) };
};

describe('whether an offer has a point', () => {
  test.each<[string, Partial<Relevance>, string | null]>([
    ['nothing speaks against it', {}, null],
    [
      'an open request for help',
      { helpSince: at },
      'the customer asked for help at 2026-03-10T12:00:00.000Z, and that is still open',
    ],
    ['sold out', { products: [{ ...teapot, units: 0 }] }, 'teapot is sold out'],
    ['never reported is not sold out', { products: [{ ...teapot, units: null }] }, null],
    ['bought', { products: [{ ...teapot, boughtAt: at }] }, 'teapot was bought at 2026-03-10T12:00:00.000Z'],
    [
      'delivered',
      { products: [{ ...teapot, deliveredAt: at }] },
      'teapot was delivered at 2026-03-10T12:00:00.000Z',
    ],
    ['of two one is left', { about: 'items', products: [{ ...teapot, units: 0 }, kettle] }, null],
    [
      'of two none is left',
      {
        about: 'items',
        products: [
          { ...teapot, units: 0 },
          { ...kettle, boughtAt: at },
        ],
      },
      'teapot is sold out, and so on with all 2 products that it is about',
    ],
    [
      'delivered, and in the cart again',
      { about: 'items', products: [{ ...teapot, deliveredAt: at }] },
      null,
    ],
    ['interests that name its category', { interests: ['Kitchen'] }, null],
    ['interests that name the very product', { interests: ['teapot'] }, null],
    [
      'interests in something else',
      { interests: ['skis'] },
      'it is about teapot in kitchen, and the customer has said that other things interest them',
    ],
    ['interests in something else, of their own cart', { about: 'items', interests: ['skis'] }, null],
    ['a category that interests them', { about: { category: 'skis' }, interests: ['tents', 'skis'] }, null],
    [
      'a topic that does not',
      { about: { topic: 'sales' }, products: [], interests: ['skis'] },
      'it is about sales, and the customer has said that other things interest them',
    ],
    [
      'who it is for',
      { while: [{ words: 'has placed an order', holds: false }] },
      'it is for who has placed an order, and the customer is not one of them',
    ],
  ])('%s', (_, over, words) => {
    expect(irrelevance(about(over), 'offer')).toBe(words);
  });
});

test('help asks of its products what it says, and is sent to whom an offer would not be', () => {
  const gone = { ...teapot, units: 0, boughtAt: at };
  const over: Partial<Relevance> = { products: [gone], helpSince: at, interests: ['skis'] };
  expect(irrelevance(about(over, 'help'), 'help')).toBeNull();
  const said = about({ ...over, conditions: ['in-stock'] }, 'help');
  expect(irrelevance(said, 'help')).toBe('teapot is sold out');
});

test('what the run is about was delivered', () => {
  const over: Partial<Relevance> = { about: null, products: [], orderDeliveredAt: at };
  expect(irrelevance(about(over, 'help'), 'help')).toBeNull();
  expect(irrelevance(about({ ...over, conditions: ['not-delivered'] }, 'help'), 'help')).toBe(
    'the order that it is about was delivered at 2026-03-10T12:00:00.000Z',
  );
});

test('items without a point are left out of the data, by whichever id they are named', () => {
  const byId = { ...teapot, sku: null, productId: 'p-1', units: 0 };
  const items = [
    { line: 'a', sku: 'kettle', productId: 'p-1' },
    { line: 'b', sku: null, productId: 'p-1' },
    { line: 'c', sku: null, productId: null },
  ];
  const relevance = about({ about: 'items', items, products: [kettle, byId] });
  expect(relevantData({ items, percentOff: 10 }, relevance)).toEqual({
    items: [items[0], items[2]],
    percentOff: 10,
  });
  expect(relevantData({ items }, { ...relevance, about: { sku: 'x' } })).toEqual({ items });
});

test('of a cart only what is still in it; what was bought and put there again is wanted again', () => {
  const items = [itemOf(teapot), itemOf(kettle)];
  const products = [{ ...teapot, boughtAt: at }, kettle];
  const asked: Partial<Relevance> = { about: 'items', items, products, conditions: ['in-cart'] };
  const again = about({ ...asked, cart: [{ line: 'teapot', addedAt: at + 1 }] });
  expect(relevantData({ items }, again)).toEqual({ items: [items[0]] });
  const before = about({ ...asked, cart: [{ line: 'teapot', addedAt: at - 1 }] });
  expect(irrelevance(before, 'offer')).toContain('teapot was bought');
  expect(irrelevance(about({ ...asked, cart: [], items: [items[1]!] }), 'offer')).toBe(
    'kettle is in the cart no longer',
  );
});

test('neither help nor an offer is about what the customer avoids; what is owed is', () => {
  const told = (avoids: string[], purpose: Purpose, over: Partial<Relevance> = {}) =>
    irrelevance(about({ avoids, ...over }, purpose), purpose);
  const words = 'it is about kitchen, of which the customer has said that they want to hear nothing';
  expect(told([' Kitchen'], 'help')).toBe(words);
  expect(told(['kitchen'], 'offer')).toBe(words);
  expect(told(['teapot'], 'help')).toContain('it is about teapot');
  expect(told(['sale'], 'help', { about: { topic: 'sale' } })).toContain('it is about sale');
  expect(told(['garden'], 'help')).toBeNull();
  expect(told(['kitchen'], 'transactional')).toBeNull();
  // What lies in their own cart they have chosen.
  expect(told(['kitchen'], 'help', { about: 'items' })).toBeNull();
});
