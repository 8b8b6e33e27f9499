import { describe, expect, test } from 'vitest';
import { staticSummary } from '../../src/define/journey-summary.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { journeyDefinitions, journeyVersions } from '../../workflows/definitions.ts';
import { journey, type JourneyWorkflow } from '../../workflows/sdk/journey.ts';

const sound = {
  starts: productAdded,
  ends: { ordered: orderCompleted },
  lasts: '10 days',
  cap: { sends: 2, within: '7 days' },
  run: async () => 'done',
} as const;

const abandonedCart = journeyDefinitions().find(({ name }) => name === 'abandonedCart')!;

/** A journey that the compiler would refuse. */
const unsound = (mistake: Record<string, unknown>) => journey({ ...sound, ...mistake });

describe('the shop of journeys', () => {
  test('has each under the name and version of its export', () => {
    expect(abandonedCart).toMatchObject({
      ...{ name: 'abandonedCart', version: 1, workflowType: 'abandonedCart', per: 'cart_id', holdout: 0.1 },
    });
  });

  test('starts the newest version, and knows the older ones', () => {
    const versions = { cart: journey(sound), cart_v10: journey(sound), cart_v2: journey(sound) };
    expect(journeyDefinitions(versions).map((one) => one.workflowType)).toEqual(['cart_v10']);
    expect(journeyVersions(versions).map((one) => one.version)).toEqual([1, 10, 2]);
  });

  const wrongExports: [string, () => Record<string, unknown>, RegExp][] = [
    ['a second name', () => ({ cart: sound_(), basket: shared }), /basket: is the same as cart/],
    [
      'a first version with a number',
      () => ({ cart_v1: journey(sound) }),
      /cart_v1: expected a name such as/,
    ],
    ['a name with a capital', () => ({ Cart: journey(sound) }), /Cart: expected a name such as/],
    ['something else', () => ({ cart: 7 }), /cart: expected what journey\(\{…\}\) or watch/],
  ];
  const shared = journey(sound);
  const sound_ = () => shared;
  for (const [what, exported, sentence] of wrongExports) {
    test(`refuses ${what}`, () => {
      expect(() => journeyVersions(exported() as Record<string, JourneyWorkflow>)).toThrow(sentence);
    });
  }

  const mistakes: [Record<string, unknown>, RegExp][] = [
    [{ lasts: 'long' }, /cart\.lasts: "long" is not a span/],
    [{ lasts: '0 days' }, /cart\.lasts: "0 days" came; expected a span longer than nothing/],
    [{ fresh: '1 fortnight' }, /cart\.fresh: "1 fortnight" is not a span/],
    [{ again: 'after lunch' }, /cart\.again: "lunch" is not a span/],
    [{ again: 'sometimes' }, /cart\.again: "sometimes" came; expected 'always', 'never' or 'after 7 days'/],
    [{ holdout: 10 }, /cart\.holdout: 10 came; expected a share from 0 to 1/],
    [{ cap: undefined }, /cart\.cap: nothing came/],
    [{ cap: { sends: 0, within: '7 days' } }, /cart\.cap\.sends: 0 came; expected a whole number/],
    [{ cap: { sends: 1, within: 'ever' } }, /cart\.cap\.within: "ever" is not a span/],
    [{ starts: 'Product Added' }, /cart\.starts: "Product Added" came; expected an event/],
    [{ ends: { Ordered: orderCompleted } }, /cart\.ends\.Ordered: expected an outcome of lower-case letters/],
    [{ ends: { expired: orderCompleted } }, /cart\.ends\.expired: Kairos gives this outcome itself/],
    [{ ends: { a: orderCompleted, b: orderCompleted } }, /cart\.ends: "Order Completed" stands there twice/],
    [{ hears: { it: null } }, /cart\.hears\.it: null came; expected an event/],
    [{ carries: ['cart_id', 'cart_id'] }, /cart\.carries: "cart_id" stands there twice/],
    [{ per: 'cart id' }, /cart\.carries, per: "cart id" came; expected the name of a property/],
    [
      { settings: { share: 10 }, ranges: { share: { least: 20, most: 30 } } },
      /cart\.ranges\.share: .* came; expected \{ least, most \} with the default of the setting between them, 10\./,
    ],
    [{ settings: { phone: 'soon' } }, /cart\.settings\.phone: "soon" is not a span/],
    [
      { settings: { share: Infinity } },
      /cart\.settings\.share: null came|cart\.settings\.share: Infinity came/,
    ],
    [{ splits: { Tone: { a: 0.5, b: 0.5 } } }, /cart\.splits\.Tone: expected a name of lower-case letters/],
    [{ splits: { tone: { Warm: 0.5, b: 0.5 } } }, /cart\.splits\.tone\.Warm: expected an arm of lower-case/],
    [{ splits: { tone: { warm: 1 } } }, /cart\.splits\.tone: 1 arms came; expected two or more/],
    [{ splits: { tone: { a: 1.5, b: -0.5 } } }, /cart\.splits\.tone\.b: number -0\.5 came; expected a share/],
    [
      { splits: { tone: { a: 0.3, b: 0.6 } } },
      /cart\.splits\.tone: a 0\.3, b 0\.6 came, together 0\.9; expected shares that add up to 1/,
    ],
    [{ holds: { name: 'cart', changedBy: [], reads: ['send'] } }, /cart\.holds: "cart" is read as "send"/],
  ];
  for (const [mistake, sentence] of mistakes) {
    test(`refuses ${JSON.stringify(mistake)}`, () => {
      expect(() => journeyVersions({ cart: unsound(mistake) })).toThrow(sentence);
    });
  }
});

test('shares that add up to 1 but for what floats are off by are taken', () => {
  const splits = { tone: { a: 0.1, b: 0.2, c: 0.7 }, thirds: { a: 1 / 3, b: 1 / 3, c: 1 / 3, gone: 0 } };
  expect(journeyVersions({ cart: unsound({ splits }) })[0]!.splits).toEqual(splits);
});

describe('the summary in Temporal', () => {
  test('says when it starts and ends, and what bounds it', () => {
    expect(staticSummary(abandonedCart)).toBe(
      'abandonedCart: starts on Product Added, per cart_id; ends on Order Completed (ordered); lasts 10 days at most; ' +
        'sends 2 within 7 days at most; holds out 10 %; runs again after 7 days',
    );
  });

  test('fits into the 400 bytes that Temporal takes', () => {
    const ends = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`e${n}`, { name: `Événement ${n}` }]),
    );
    const [definition] = journeyVersions({ cart: unsound({ ends }) });
    const summary = staticSummary(definition!);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(400);
    expect(summary).toMatch(/^cart: starts on Product Added.*…$/);
  });
});
