import { expect, test } from 'vitest';
import { kindsOf } from '../../src/domain/kinds.ts';

test('what is alike is one kind, in the order in which kinds came', () => {
  const things = [{ a: 1 }, { a: 2, b: null }, { a: 1 }, { a: 2 }, { a: 2, b: null }];
  expect(kindsOf(things)).toEqual({
    kinds: [{ a: 1 }, { a: 2, b: null }, { a: 2 }],
    places: [0, 1, 0, 2, 1],
  });
  expect(kindsOf([])).toEqual({ kinds: [], places: [] });
});
