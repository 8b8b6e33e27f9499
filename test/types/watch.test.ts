import { expect, expectTypeOf, test } from 'vitest';
import { message } from '../../src/define/message.ts';
import { stock } from '../../src/define/watch.ts';
import { waitingList } from '../../src/define/waiting-list.ts';
import type { Span } from '../../src/domain/span.ts';
import type { Served } from '../../src/domain/watch-input.ts';
import { productViewed } from '../../src/events/product-viewed.ts';
import { backOnShelf } from '../../src/messages/back-on-shelf.ts';
import { cartOffer } from '../../src/messages/cart-offer.ts';
import { watchVersions } from '../../workflows/definitions.ts';
import { watch } from '../../workflows/sdk/watch.ts';
import type { Wake } from '../../workflows/sdk/watch-declaration.ts';

const waiting = waitingList({ name: 'lookers', opensOn: [productViewed] });
const wakes = { restocked: stock.rises(0) };
const wave = { perUnit: 2, every: '1 hour' } as const;
const subject = 'sku';
const run = async () => 'served';
const discount = message<{ percentOff: number }>({ name: 'discount', purpose: 'offer', channels: ['email'] });

test('the definition is the declaration with what was left out filled in', () => {
  const { definition } = watch({ subject, wakes, waiting, wave, run, settings: { patience: '2 days' } });
  expect(definition).toEqual({
    subject,
    wakes: { restocked: { of: 'stock', direction: 'rises', level: 0 } },
    waiting,
    audience: null,
    again: null,
    holdout: 0,
    wave,
    settings: { perUnit: 2, every: '1 hour', patience: '2 days' },
  });
  const substitutes = { named: true, else: { sameCategory: true, priceWithin: 0.2 } } as const;
  const ruled = watch({ subject, wakes, waiting: { ...waiting, substitutes }, wave, run }).definition;
  expect(ruled.settings, 'an operator may change the range').toEqual({ ...wave, substitutesWithin: 0.2 });
});

test('the code has the wakes and the settings that were declared, and no others', () => {
  watch({
    subject,
    wakes: { soldOut: stock.falls(0), low: stock.falls(5) },
    waiting,
    wave,
    settings: { patience: '2 days', percentOff: 10 },
    async run(product) {
      expectTypeOf(product.settings.patience).toEqualTypeOf<Span>();
      expectTypeOf(product.settings.percentOff).toEqualTypeOf<number>();
      expectTypeOf(() => product.until('low')).returns.resolves.toEqualTypeOf<Wake>();
      expectTypeOf(() => product.serve(backOnShelf)).returns.resolves.toEqualTypeOf<Served>();
      // @ts-expect-error not among `wakes`
      await product.until('restocked');
      // @ts-expect-error no such setting
      void product.settings.perUnit;
      // @ts-expect-error a watch sends to nobody but those who wait
      void product.send;
      return 'served';
    },
  });
});

test('a message is served with its data', () => {
  watch({
    subject,
    wakes,
    waiting,
    wave,
    async run(product) {
      await product.serve(backOnShelf);
      await product.serve(discount, { percentOff: 10 });
      // @ts-expect-error without its data
      await product.serve(discount);
      // @ts-expect-error with other data
      await product.serve(discount, { percent: 10 });
      // @ts-expect-error with data that it does not have
      await product.serve(backOnShelf, { percentOff: 10 });
      // @ts-expect-error without the items that it names
      await product.serve(cartOffer, { percentOff: 10 });
      return 'served';
    },
  });
});

test('what bounds a watch is not left out, and is spelt as it is meant', () => {
  // @ts-expect-error no wave
  watch({ subject, wakes, waiting, run });
  // @ts-expect-error nobody to serve
  watch({ subject, wakes, wave, run });
  // @ts-expect-error nothing that wakes it
  watch({ subject, waiting, wave, run });
  // @ts-expect-error not a subject
  watch({ subject: 'colour', wakes, waiting, wave, run });
  // @ts-expect-error not a crossing
  watch({ subject, wakes: { restocked: productViewed }, waiting, wave, run });
  // @ts-expect-error not a span
  watch({ subject, wakes, waiting, wave: { perUnit: 2, every: 'often' }, run });
  // @ts-expect-error a setting of the wave's own name
  watch({ subject, wakes, waiting, wave, run, settings: { perUnit: 3 } });
  // @ts-expect-error the rule of the list declares its default
  watch({ subject, wakes, waiting, wave, run, settings: { substitutesWithin: 0.1 } });
  // @ts-expect-error no outcome
  watch({ subject, wakes, waiting, wave, run: async () => {} });
  // What the compiler was silenced about is found when Kairos starts.
  const vague = watch({ subject, wakes, waiting, wave: { perUnit: 2, every: 'often' as Span }, run });
  expect(() => watchVersions({ vague })).toThrow(/vague\.wave\.every: "often" is not a span/);
});

test('how long somebody waits at most is a span', () => {
  const rule = { subject, wakes, waiting, wave, run, opens: 'when waited for' } as const;
  expect(watch({ ...rule, lasts: '90 days' }).definition.lasts).toBe('90 days');
  expect(watch(rule).definition).not.toHaveProperty('lasts');
  // @ts-expect-error no span
  watch({ ...rule, lasts: 'a season' });
});

test('what is done about products that are back together is one of two things', () => {
  const rule = { subject, wakes, waiting, wave, run } as const;
  const combined = watch({ ...rule, competing: { within: '30 minutes', combine: 3 } });
  expect(combined.definition.competing).toEqual({ within: '30 minutes', combine: 3 });
  watch({ ...rule, competing: { within: '30 minutes', choose: 'dearest' } });
  // @ts-expect-error both
  watch({ ...rule, competing: { within: '30 minutes', combine: 3, choose: 'dearest' } });
  // @ts-expect-error neither
  watch({ ...rule, competing: { within: '30 minutes' } });
  // @ts-expect-error no such choice
  watch({ ...rule, competing: { within: '30 minutes', choose: 'reddest' } });
  watch({ ...rule, competing: { combine: 3 } });
  // @ts-expect-error for how long somebody is passed over is not said
  watch({ ...rule, competing: { choose: 'dearest' } });
});
