import { describe, expect, test } from 'vitest';
import {
  boughtWords,
  isSubstitute,
  narrowest,
  onlyNamedSubstitutes,
  type SubstituteFacts,
  type SubstituteRule,
} from '../../src/domain/substitutes.ts';

const facts = (sku: string, more: Partial<SubstituteFacts> = {}): SubstituteFacts => ({
  ...{ sku, substitutes: [], category: 'Pots', priceMinor: 1_000, currency: 'EUR', ...more },
});
const within = (priceWithin: number, named = true): SubstituteRule => ({
  ...{ named, else: { sameCategory: true, priceWithin } },
});
const pot = facts('pot');
const withNamed = facts('pot', { substitutes: ['wok'] });

describe('what serves as well', () => {
  const rows: [string, SubstituteRule, SubstituteFacts | undefined, SubstituteFacts | string, boolean][] = [
    ['what is named', onlyNamedSubstitutes, withNamed, 'wok', true],
    ['and nothing else of its category', within(0.2), withNamed, facts('pan'), false],
    ['unless names do not count', within(0.2, false), withNamed, facts('pan'), true],
    [
      'none is named: its category, as dear as may be',
      within(0.2),
      pot,
      facts('pan', { priceMinor: 1_200 }),
      true,
    ],
    ['as cheap as may be', within(0.2), pot, facts('pan', { priceMinor: 800 }), true],
    ['too dear', within(0.2), pot, facts('pan', { priceMinor: 1_201 }), false],
    ['too cheap', within(0.2), pot, facts('pan', { priceMinor: 799 }), false],
    ['only the very same price', within(0), pot, facts('pan'), true],
    ['of another category', within(0.2), pot, facts('pan', { category: 'Pans' }), false],
    ['of another currency', within(0.2), pot, facts('pan', { currency: 'USD' }), false],
    [
      'neither has a category',
      within(0.2),
      facts('pot', { category: null }),
      facts('pan', { category: null }),
      false,
    ],
    ['the rule has no other', onlyNamedSubstitutes, pot, facts('pan'), false],
    ['the catalogue does not know what was bought', within(0.2), pot, 'pan', false],
    ['nor what is waited for', within(0.2), undefined, facts('pan'), false],
  ];
  test.each(rows)('%s', (_, rule, waited, bought, expected) => {
    const given =
      typeof bought === 'string' ? { sku: bought, facts: undefined } : { sku: bought.sku, facts: bought };
    expect(isSubstitute(rule, waited, given)).toBe(expected);
  });
});

test('of several rules, what holds for each', () => {
  expect(narrowest([within(0.2), within(0.1)])).toEqual(within(0.1));
  expect(narrowest([within(0.2), onlyNamedSubstitutes])).toEqual(onlyNamedSubstitutes);
  expect(narrowest([])).toEqual(onlyNamedSubstitutes);
});

test('why somebody waits no longer, in words', () => {
  expect([boughtWords('pot', 'pot'), boughtWords('pot', null), boughtWords('pot', 'pan')]).toEqual([
    ...['bought it', 'bought it', 'bought a substitute: pan'],
  ]);
});
