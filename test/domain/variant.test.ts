import { describe, expect, test } from 'vitest';
import { armKeyOf } from '../../src/domain/holdout.ts';
import { variantOf, weightsOf, type VariantQuestion } from '../../src/domain/variant.ts';

const keys = Array.from({ length: 1_500 }, (_, n) => armKeyOf(`customer-${n}`));
const question = (over: Partial<VariantQuestion> = {}): VariantQuestion => ({
  ...{ message: 'nudge', declared: { plain: 1, warm: 1 }, set: {}, armKey: keys[0]!, seen: null },
  ...over,
});
const deal = (over: Partial<VariantQuestion>) =>
  keys.map((armKey) => variantOf(question({ armKey, ...over })));
const shareOf = (name: string, dealt: (string | null)[]) =>
  dealt.filter((one) => one === name).length / dealt.length;

test('a message without variants has none', () => {
  expect(variantOf(question({ declared: null, seen: 'plain' }))).toBeNull();
});

describe('who has seen none', () => {
  test.each([
    [{}, 0.5],
    [{ warm: 3 }, 0.75],
    [{ plain: 90, warm: 10 }, 0.1],
    [{ warm: 0 }, 0],
    [{ plain: 0 }, 1],
    [{ gone: 5 }, 0.5],
  ])('is dealt out by %j', (set, warm) => {
    expect(Math.abs(shareOf('warm', deal({ set })) - warm)).toBeLessThan(0.045);
  });

  test('a changed weight moves customers into the variant that grew, and nobody out of it', () => {
    const [before, after] = [deal({}), deal({ set: { warm: 3 } })];
    expect(before.some((one, n) => one === 'plain' && after[n] === 'warm')).toBe(true);
    expect(before.some((one, n) => one === 'warm' && after[n] === 'plain')).toBe(false);
  });

  test('another message is another draw', () => {
    const [one, other] = [deal({}), deal({ message: 'offer' })];
    const same = one.filter((variant, n) => variant === other[n]).length / one.length;
    expect(Math.abs(same - 0.5)).toBeLessThan(0.045);
  });
});

describe('who has seen one', () => {
  test('keeps it, whatever the weights become', () => {
    expect(new Set(deal({ seen: 'warm', set: { plain: 1_000, warm: 0.001 } }))).toEqual(new Set(['warm']));
  });
  test('until it is taken away from everybody', () => {
    expect(new Set(deal({ seen: 'warm', set: { warm: 0 } }))).toEqual(new Set(['plain']));
    expect(new Set(deal({ seen: 'gone' }))).toEqual(new Set(['plain', 'warm']));
  });
});

test('the defaults hold where all that is left above 0 was taken out of the code', () => {
  expect(weightsOf({ plain: 1, warm: 2 }, { plain: 0, warm: 0, gone: 1 })).toEqual({ plain: 1, warm: 2 });
});
