import { expect, expectTypeOf, test } from 'vitest';
import { audience } from '../../src/define/audience.ts';
import {
  above,
  all,
  any,
  consented,
  did,
  firstDid,
  hasPersona,
  interestedIn,
  oneOf,
  reachable,
  spent,
  sumOf,
  trait,
  type Predicate,
} from '../../src/define/predicate.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';

test('what cannot be meant does not compile', () => {
  // @ts-expect-error nothing that must hold
  all();
  // @ts-expect-error likewise
  any();
  // @ts-expect-error not a predicate
  all(productAdded);
  // @ts-expect-error not a span
  did(orderCompleted).within('often');
  // @ts-expect-error no such property
  did(productAdded).with({ colour: 'red' });
  // @ts-expect-error a text where a number is
  did(productAdded).with({ price: 'much' });
  // @ts-expect-error a text is not compared
  did(productAdded).with({ sku: above(3) });
  // @ts-expect-error one of numbers for a text
  did(productAdded).with({ sku: oneOf(1, 2) });
  // @ts-expect-error a list is no fact
  did(orderCompleted).with({ products: 'A' });
  // The first time is once.
  expectTypeOf(firstDid(orderCompleted)).not.toHaveProperty('atLeast');
  // @ts-expect-error a text has no sum
  sumOf(productAdded, 'sku');
  // @ts-expect-error an amount that is not compared is no question
  all(spent('EUR'));
  // @ts-expect-error a trait that is not asked anything is none
  all(trait('country'));
  // @ts-expect-error not a channel
  consented('pigeon');
  // @ts-expect-error no addresses are known for it
  reachable('pigeon');
  // @ts-expect-error neither a product, a category nor a topic
  interestedIn({ colour: 'red' });
  const personas = {
    segments: [{ name: 'buyers', where: did(orderCompleted) }],
    otherwise: 'others',
  } as const;
  // @ts-expect-error not among the personas
  expect(() => hasPersona(personas, 'sellers')).toThrow('There is no persona "sellers"');
});

test('a step narrows its own kind of question, and leaves the one it came from as it was', () => {
  const ordered = did(orderCompleted);
  const lately = ordered
    .atLeast(2)
    .within('30 days')
    .with({ total: above(10) });
  expectTypeOf(lately).toEqualTypeOf(ordered);
  expectTypeOf(lately).toExtend<Predicate>();
  expect(ordered.window.within).toBe(null);
  expect(lately).toMatchObject({ times: { atLeast: 2 }, window: { within: '30 days' } });
});

test('an audience has the parameters that it declares', () => {
  const lookers = audience('lookers', ({ sku }: { sku: string }) => interestedIn({ sku }));
  expectTypeOf(lookers.where).parameter(0).toEqualTypeOf<{ sku: string }>();
  expect(lookers.where({ sku: 'A' })).toMatchObject({ about: { kind: 'product', sku: 'A' } });
  // @ts-expect-error without its parameter
  expect(() => lookers.where({})).not.toThrow();
});
