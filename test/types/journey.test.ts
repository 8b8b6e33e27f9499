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
    splits: {},
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

test('only a setting that is a number has a range', () => {
  const settings = { phone: '3 hours', percentOff: 10 } as const;
  const within = { least: 1, most: 50 };
  const run = () => Promise.resolve('done');
  journey({ starts, lasts, cap, settings, ranges: { percentOff: within }, run });
  // @ts-expect-error a span
  journey({ starts, lasts, cap, settings, ranges: { phone: within }, run });
  // @ts-expect-error no such setting
  journey({ starts, lasts, cap, settings, ranges: { tablet: within }, run });
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

test('a split answers one of its arms, and its shares are shares', () => {
  journey({
    ...{ starts, lasts, cap },
    splits: { tone: { plain: 0.5, warm: 0.5 }, sign: { ada: 0.25, grace: 0.25, nobody: 0.5 } },
    async run(run) {
      expectTypeOf(run.split('tone')).resolves.toEqualTypeOf<'plain' | 'warm'>();
      expectTypeOf(run.split('sign')).resolves.toEqualTypeOf<'ada' | 'grace' | 'nobody'>();
      // @ts-expect-error not among `splits`
      await run.split('colour');
      // @ts-expect-error no arm of it
      if ((await run.split('tone')) === 'cold') return 'cold';
      return 'done';
    },
  });
  journey({
    ...{ starts, lasts, cap },
    async run(run) {
      // @ts-expect-error nothing is split
      await run.split('tone');
      return 'done';
    },
  });
  const third = 1 / 3;
  const thirds = journey({ starts, lasts, cap, run, splits: { of: { a: third, b: third, c: third } } });
  expect(journeyVersions({ thirds })[0]!.splits).toEqual({ of: { a: third, b: third, c: third } });
  // @ts-expect-error no shares
  journey({ starts, lasts, cap, run, splits: { tone: ['plain', 'warm'] } });
  // @ts-expect-error a share of no number
  journey({ starts, lasts, cap, run, splits: { tone: { plain: 'half', warm: 'half' } } });
  // @ts-expect-error percents
  journey({ starts, lasts, cap, run, splits: { tone: { plain: 50, warm: 50 } } });
  // @ts-expect-error less than nothing
  journey({ starts, lasts, cap, run, splits: { tone: { plain: 1, warm: -0.5 } } });
  // @ts-expect-error one arm is no split
  journey({ starts, lasts, cap, run, splits: { tone: { plain: 1 } } });
  // The sum is found when Kairos starts.
  const tooMuch = journey({ starts, lasts, cap, run, splits: { tone: { plain: 0.5, warm: 0.6 } } });
  expect(() => journeyVersions({ tooMuch })).toThrow(/tooMuch\.splits\.tone: .* together 1\.1/);
});

test('an awaited event is told apart by what it carries, and by nothing else', () => {
  const viewed = event<{ product_id?: string; shelf?: string }>('Product Viewed');
  journey({
    ...{ starts, lasts, cap },
    hears: { viewed, replied },
    carries: ['product_id', 'reply', 'cart_id'],
    async run(run) {
      await run.until('viewed', '1 day', { where: { product_id: run.carries.product_id } });
      await run.until('replied', '1 day', { where: { reply: 'yes' } });
      // @ts-expect-error the event has it, but it is not carried
      await run.until('viewed', '1 day', { where: { shelf: 'upper' } });
      // @ts-expect-error carried, but not by this event
      await run.until('viewed', '1 day', { where: { cart_id: run.carries.cart_id } });
      // @ts-expect-error a value that is never carried
      await run.until('viewed', '1 day', { where: { product_id: { not: 'p-1' } } });
      // @ts-expect-error not a span
      await run.until('viewed', '1 dya');
      // @ts-expect-error how long is not said
      await run.until('viewed');
      return 'done';
    },
  });
});

test('settings are used as what they are', () => {
  journey({
    ...{ starts, lasts, cap },
    settings: { phone: '3 hours', percentOff: 10 },
    async run(run) {
      await run.wait(run.settings.phone);
      // @ts-expect-error a number is no span
      await run.wait(run.settings.percentOff);
      // @ts-expect-error a span is no number
      expectTypeOf(run.settings.phone).toEqualTypeOf<number>();
      // @ts-expect-error settings are the operator's
      run.settings.percentOff = 20;
      return 'done';
    },
  });
  // @ts-expect-error neither a span nor a number
  journey({ starts, lasts, cap, run, settings: { loud: true } });
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
  // @ts-expect-error a list, which is not carried
  journey({ starts, ends, lasts, cap, run, carries: ['products'] });
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
  // @ts-expect-error a unit that there is not
  journey({ starts, lasts: '10 dyas', cap, run });
  // @ts-expect-error a cap without its span
  journey({ starts, lasts, cap: { sends: 2 }, run });
  // @ts-expect-error nothing starts it
  journey({ lasts, cap, run });
  // @ts-expect-error no rule
  journey({ starts, lasts, cap });
  // @ts-expect-error spelt otherwise
  journey({ starts, lasts, cap, run, holdOut: 0.1 });
  // @ts-expect-error no outcome
  journey({ starts, lasts, cap, run: async () => {} });
  // What the compiler was silenced about is found when Kairos starts.
  const vague = journey({ starts, lasts: 'a while' as Span, cap, run });
  expect(() => journeyVersions({ vague })).toThrow(/vague\.lasts: "a while" is not a span/);
});
