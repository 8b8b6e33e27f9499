import { expect, expectTypeOf, test } from 'vitest';
import type { SendAnswer } from '../../activities/contract.ts';
import { event } from '../../src/define/event.ts';
import { message } from '../../src/define/message.ts';
import type { Span } from '../../src/domain/span.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { cart, type CartItem } from '../../src/projections/cart.ts';
import { loyalShoppers } from '../../src/segments/loyal-shoppers.ts';
import { journeyVersions } from '../../workflows/definitions.ts';
import type { HeardEvent } from '../../workflows/sdk/declaration.ts';
import { journey } from '../../workflows/sdk/journey.ts';

const starts = productAdded;
const ends = { ordered: orderCompleted };
const cap = { sends: 2, within: '7 days' } as const;
const lasts = '10 days';
const replied = event<{ reply: string }>('Message Replied');
const thanks = message<Record<string, never>>({ name: 'thanks', purpose: 'help', channels: ['email'] });
const run = async () => 'done';

test('the definition is the declaration with what was left out filled in', () => {
  const { definition } = journey({ starts, ends, lasts, cap, run });
  expect(definition).toMatchObject({
    starts,
    ends,
    hears: {},
    per: null,
    carries: [],
    holds: null,
    again: 'always',
    fresh: '1 day',
    holdout: 0,
    settings: {},
  });
});

test('the run has the settings, the projection, the properties and the events that were declared, and no others', () => {
  const made = journey({
    starts,
    ends,
    hears: { replied },
    carries: ['cart_id', 'reply'],
    holds: cart,
    lasts,
    cap,
    settings: { phone: '3 hours', percentOff: 10 },
    async run(run) {
      expectTypeOf(run.settings.phone).toEqualTypeOf<Span>();
      expectTypeOf(run.settings.percentOff).toEqualTypeOf<number>();
      expectTypeOf(run.items).returns.resolves.toEqualTypeOf<CartItem[]>();
      expectTypeOf(run.carries.cart_id).toEqualTypeOf<string | number | boolean | undefined>();
      expectTypeOf(() => run.until('replied', '1 day')).returns.resolves.toEqualTypeOf<HeardEvent<
        'cart_id' | 'reply'
      > | null>();
      expectTypeOf(run.isIn(loyalShoppers)).resolves.toEqualTypeOf<boolean>();
      expectTypeOf(() => run.send(cartNudge, { items: [] })).returns.resolves.toEqualTypeOf<SendAnswer>();
      // @ts-expect-error no such setting
      void run.settings.tablet;
      // @ts-expect-error not among `carries`
      void run.carries.sku;
      // @ts-expect-error not among `hears`
      await run.until('called', '1 day');
      return 'done';
    },
  });
  expect(made.definition).toMatchObject({
    settings: { phone: '3 hours', percentOff: 10 },
    holds: { name: 'cart' },
  });
  expect(made.definition.carries).toEqual(['cart_id', 'reply']);
});

test('a journey that holds nothing, hears nothing and carries nothing reads nothing', () => {
  journey({
    starts,
    lasts,
    cap,
    async run(run) {
      // @ts-expect-error only a journey with `holds: cart` has items
      void run.items;
      // @ts-expect-error nothing is heard
      await run.until('replied', '1 day');
      // @ts-expect-error nothing is carried
      void run.carries.cart_id;
      return 'done';
    },
  });
});

test('a message is sent with its data', () => {
  journey({
    starts,
    lasts,
    cap,
    holds: cart,
    async run(run) {
      await run.send(thanks);
      await run.send(cartNudge, { items: await run.items() });
      // @ts-expect-error without its data
      await run.send(cartNudge);
      // @ts-expect-error with other data
      await run.send(cartNudge, { item: 1 });
      // @ts-expect-error with more than its data
      await run.send(cartNudge, { items: [], percentOff: 10 });
      return 'done';
    },
  });
});

test('what bounds a journey is not left out, and is spelt as it is meant', () => {
  // @ts-expect-error no cap
  journey({ starts, lasts, run });
  // @ts-expect-error no lasts
  journey({ starts, cap, run });
  // @ts-expect-error not a span
  journey({ starts, lasts: 'a while', cap, run });
  // @ts-expect-error not a span
  journey({ starts, lasts, cap, run, settings: { phone: 'soon' } });
  // @ts-expect-error no property of the event that starts it
  journey({ starts, lasts, cap, run, per: 'basket' });
  // @ts-expect-error no property of any of its events
  journey({ starts, ends, lasts, cap, run, carries: ['email'] });
  // @ts-expect-error not an event
  journey({ starts, lasts, cap, run, ends: { ordered: 'Order Completed' } });
  // @ts-expect-error an outcome that Kairos gives itself
  journey({ starts, lasts, cap, run, ends: { cancelled: orderCompleted } });
  // @ts-expect-error not a rule for coming again
  journey({ starts, lasts, cap, run, again: 'sometimes' });
  journey({
    starts,
    lasts,
    cap,
    // @ts-expect-error a wait of no span
    run: async (run) => (await run.wait('tomorrow'), 'done'),
  });
  // @ts-expect-error no outcome
  journey({ starts, lasts, cap, run: async () => {} });
  // What the compiler was silenced about is found when Kairos starts.
  const vague = journey({ starts, lasts: 'a while' as Span, cap, run });
  expect(() => journeyVersions({ vague })).toThrow(/vague\.lasts: "a while" is not a span/);
});
