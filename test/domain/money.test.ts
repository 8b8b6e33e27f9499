import { expect, test } from 'vitest';
import { currencyFrom, minorDigits, toMinor } from '../../src/domain/money.ts';

test.for([
  [19.99, 'USD', 1999],
  [1.005, 'USD', 101],
  [0.1 + 0.2, 'EUR', 30],
  ['27.50', 'EUR', 2750],
  [1999, 'JPY', 1999],
  [1.2345, 'KWD', 1235],
  [-5, 'USD', -500],
  ['', 'USD', null],
  ['12,50', 'USD', null],
  ['1e99', 'USD', null],
  [Infinity, 'USD', null],
  [1e300, 'USD', null],
  [null, 'USD', null],
  [{}, 'USD', null],
] as const)('%s %s is %s minor units', ([amount, currency, minor]) => {
  expect(toMinor(amount, currency)).toBe(minor);
});

test('digits are those of ISO 4217', () => {
  expect(['USD', 'JPY', 'KWD', 'CLF', 'XYZ'].map(minorDigits)).toEqual([2, 0, 3, 4, 2]);
});

test("a currency that does not look like one is the shop's", () => {
  expect([currencyFrom('eur', 'USD'), currencyFrom('euro', 'USD'), currencyFrom(undefined, 'USD')]).toEqual([
    'EUR',
    'USD',
    'USD',
  ]);
});
