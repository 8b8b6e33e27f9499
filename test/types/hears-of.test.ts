import { expect, expectTypeOf, test } from 'vitest';
import { event } from '../../src/define/event.ts';
import { price } from '../../src/define/price-crossing.ts';
import { projection } from '../../src/define/projection.ts';
import { stock } from '../../src/define/watch.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { cart } from '../../src/projections/cart.ts';
import { journeyVersions } from '../../workflows/definitions.ts';
import type { HeardEvent } from '../../workflows/sdk/declaration.ts';
import { journey } from '../../workflows/sdk/journey.ts';

const bounds = {
  starts: productAdded,
  ends: { ordered: orderCompleted },
  lasts: '10 days',
  cap: { sends: 2, within: '7 days' },
} as const;
const hearsOf = { soldOut: stock.falls(0), cheaper: price.falls() };
const replied = event<{ reply: string }>('Message Replied');
const run = async () => 'done';

test('the code waits for what it said it hears of, and is told which product and how many or how much', () => {
  const made = journey({
    ...bounds,
    hears: { replied },
    holds: cart,
    hearsOf,
    async run(cart) {
      const cheaper = await cart.until('cheaper', '2 days');
      expectTypeOf(cheaper!.sku).toEqualTypeOf<string>();
      expectTypeOf(cheaper!.priceMinor).toEqualTypeOf<number>();
      expectTypeOf(cheaper!.currency).toEqualTypeOf<string>();
      const soldOut = await cart.until('soldOut', '2 days', { where: { sku: cheaper!.sku } });
      expectTypeOf(soldOut!.units).toEqualTypeOf<number>();
      expectTypeOf(() =>
        cart.until('replied', '1 day'),
      ).returns.resolves.toEqualTypeOf<HeardEvent<never> | null>();
      // @ts-expect-error of stock there are units
      void soldOut!.priceMinor;
      // @ts-expect-error of a price there are none
      void cheaper!.units;
      // @ts-expect-error not among `hearsOf`
      await cart.until('restocked', '2 days');
      // @ts-expect-error told apart by the sku alone
      await cart.until('cheaper', '2 days', { where: { priceMinor: 3 } });
      // @ts-expect-error how long is not said
      await cart.until('cheaper');
      return 'done';
    },
  });
  expect(made.definition.hearsOf).toEqual({
    soldOut: { of: 'stock', direction: 'falls', level: 0 },
    cheaper: { of: 'price', direction: 'falls' },
  });
});

test('a journey that says nothing of products hears nothing of them', () => {
  const made = journey({
    ...bounds,
    holds: cart,
    async run(cart) {
      // @ts-expect-error nothing is heard of
      await cart.until('cheaper', '2 days');
      return 'done';
    },
  });
  expect(made.definition.hearsOf).toEqual({});
});

test('only what names products tells which of them a run hears of', () => {
  const wishes = projection<{ wishes: string[] }>({ name: 'wishes', changedBy: [], reads: ['wishes'] });
  // @ts-expect-error it holds nothing
  const nothing = journey({ ...bounds, hearsOf, run });
  // @ts-expect-error it holds what names no products
  const nameless = journey({ ...bounds, holds: wishes, hearsOf, run });
  expect(() => journeyVersions({ nothing, nameless })).toThrow(
    /nothing\.hearsOf: the journey holds no projection; expected .*holds: cart\.\n.*nameless\.hearsOf: the journey holds "wishes"/,
  );
});

test('what the compiler was silenced about is found when Kairos starts', () => {
  const wrong = (wrongly: object, hears: Record<string, typeof replied> = {}) => {
    const mistaken = journey({ ...bounds, hears, holds: cart, hearsOf: wrongly as typeof hearsOf, run });
    return () => journeyVersions({ mistaken });
  };
  // @ts-expect-error an event of a customer's
  journey({ ...bounds, holds: cart, hearsOf: { replied }, run });
  expect(wrong({ gone: replied })).toThrow(/hearsOf\.gone: .* came; expected stock\.falls\(0\)/);
  expect(wrong({ gone: stock.falls(0.5) })).toThrow(/hearsOf\.gone: a level of 0\.5 came/);
  expect(wrong({ 'sold out': stock.falls(0) })).toThrow(/hearsOf\.sold out: expected a name of letters/);
  expect(wrong({ replied: stock.falls(0) }, { replied })).toThrow(/hears\.replied is called that already/);
  const called = event<{ reply: string }>('gone');
  expect(wrong({ gone: stock.falls(0) }, { left: called })).toThrow(
    /hearsOf\.gone: hears\.left is called that/,
  );
  expect(wrong({ low: stock.falls(3), back: stock.rises(3), cheaper: price.falls() })).not.toThrow();
});
