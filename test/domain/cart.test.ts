import { describe, expect, test } from 'vitest';
import { applyToCart, emptyCart, maxCartLines, mergeCarts, type Cart } from '../../src/domain/cart.ts';

const fold = (...events: [name: string, at: number, properties: Record<string, unknown>][]): Cart =>
  events.reduce(
    (cart, [name, at, properties]) => applyToCart(cart, { name, at, properties }, 'USD'),
    emptyCart(0),
  );
const held = (cart: Cart) => cart.lines.map(({ line, quantity }) => [line, quantity]);

describe('a cart', () => {
  test('adds up additions of one product and takes away removals', () => {
    const cart = fold(
      ['Product Added', 1, { sku: 'kettle', quantity: 2 }],
      ['Product Added', 2, { sku: 'kettle' }],
      ['Product Added', 3, { product_id: 7, quantity: '4' }],
      ['Product Removed', 4, { sku: 'kettle', quantity: 1 }],
      ['Product Removed', 5, { product_id: 7 }],
      ['Product Removed', 6, { sku: 'never there' }],
    );
    expect(held(cart)).toEqual([['kettle', 2]]);
    expect(cart.lastActivityAt).toBe(6);
  });

  test('a quantity that is none counts as one', () => {
    for (const quantity of [null, '', 0, -2, 1.5, 'many', NaN]) {
      expect(held(fold(['Product Added', 1, { sku: 'a', quantity }]))).toEqual([['a', 1]]);
    }
  });

  test('a list of products states the whole of it; without one the event is only a sign of life', () => {
    const cart = fold(
      ['Product Added', 1, { sku: 'old' }],
      ['Cart Viewed', 2, { products: [{ sku: 'a', quantity: 2 }, { sku: 'b' }, null, { price: 1 }] }],
    );
    expect(held(cart)).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(held(applyToCart(cart, { name: 'Checkout Started', at: 3, properties: {} }, 'USD'))).toHaveLength(
      2,
    );
  });

  test('a list that comes late does not undo what happened since', () => {
    const cart = fold(['Product Added', 5, { sku: 'a' }], ['Cart Viewed', 4, { products: [] }]);
    expect(held(cart)).toEqual([['a', 1]]);
    expect(held(fold(['Product Added', 5, { sku: 'a' }], ['Cart Viewed', 5, { products: [] }]))).toEqual([]);
  });

  test('an order empties it, and what was added before then does not come back', () => {
    const cart = fold(
      ['Product Added', 1, { sku: 'a' }],
      ['Order Completed', 5, {}],
      ['Product Added', 4, { sku: 'late' }],
      ['Product Added', 6, { sku: 'new' }],
    );
    expect(held(cart)).toEqual([['new', 1]]);
    expect(held(fold(['Product Added', 6, { sku: 'new' }], ['Order Completed', 5, {}]))).toEqual([
      ['new', 1],
    ]);
  });

  test('a line has no words in its name: they would stand in a history', () => {
    const [line] = fold(['Product Added', 1, { name: 'A kettle for Jane', variant: 'blue' }]).lines;
    expect(line).toMatchObject({
      line: expect.stringMatching(/^~[\w-]{22}$/) as string,
      title: 'A kettle for Jane',
    });
    const variants = fold(
      ['Product Added', 1, { sku: 'a', variant: 'red' }],
      ['Product Added', 1, { sku: 'a' }],
    );
    expect(variants.lines).toHaveLength(2);
  });

  test('a link that is not one of the web is left out', () => {
    const [line] = fold([
      'Product Added',
      1,
      { sku: 'a', url: 'javascript:alert(1)', image_url: 'https://x.example/a' },
    ]).lines;
    expect(line).toMatchObject({ url: null, imageUrl: 'https://x.example/a' });
  });

  test('keeps a bounded number of lines, the newest', () => {
    const many = Array.from(
      { length: maxCartLines + 5 },
      (_, i) => ['Product Added', i, { sku: `s${i}` }] as const,
    );
    const cart = fold(
      ...many.map(
        ([name, at, properties]) =>
          [name, at, properties] as [string, number, object & Record<string, unknown>],
      ),
    );
    expect(cart.lines).toHaveLength(maxCartLines);
    expect(cart.lines.at(-1)!.line).toBe(`s${maxCartLines + 4}`);
  });

  test('of two customers who became one: every line of both, of one line the one added to last', () => {
    const one = fold(['Product Added', 1, { sku: 'a', quantity: 1 }], ['Product Added', 2, { sku: 'b' }]);
    const other = fold(
      ['Product Added', 3, { sku: 'a', quantity: 5 }],
      ['Product Added', 1, { sku: 'b', quantity: 9 }],
    );
    expect(held(mergeCarts(one, other))).toEqual([
      ['a', 5],
      ['b', 1],
    ]);
  });

  test('of two customers: what an order of the one emptied does not come back from the other', () => {
    const ordered = fold(['Product Added', 1, { sku: 'a' }], ['Order Completed', 5, {}]);
    const other = fold(['Product Added', 4, { sku: 'a' }], ['Product Added', 6, { sku: 'b' }]);
    for (const both of [mergeCarts(ordered, other), mergeCarts(other, ordered)]) {
      expect(held(both)).toEqual([['b', 1]]);
      expect(both.emptiedAt).toBe(5);
    }
    expect(mergeCarts(other, other).emptiedAt).toBeNull();
  });
});
