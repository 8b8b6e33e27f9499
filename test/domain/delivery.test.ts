import { describe, expect, test } from 'vitest';
import {
  deliveryStates,
  isFurther,
  moves,
  statesBelow,
  type DeliveryState,
} from '../../src/domain/delivery.ts';

/** Rows: from; columns: to, in the order of `deliveryStates`. `x` is a move. */
const table: Record<DeliveryState, string> = {
  //             wait with held inte unkn acce deli fail boun canc
  waiting: /*   */ '.    x    x    x    .    .    .    .    .    x',
  withheld: /*  */ '.    .    x    x    .    .    .    .    .    .',
  'held-out': /**/ '.    .    .    .    .    .    .    .    .    .',
  intended: /*  */ '.    .    .    .    x    x    x    x    x    x',
  unknown: /*   */ '.    .    .    .    .    x    x    x    x    .',
  accepted: /*  */ '.    .    .    .    .    .    x    x    x    .',
  delivered: /* */ '.    .    .    .    .    .    .    .    x    .',
  failed: /*    */ '.    .    .    .    .    .    x    .    x    .',
  bounced: /*   */ '.    .    .    .    .    .    .    .    .    .',
  cancelled: /* */ '.    .    .    .    .    x    x    .    x    .',
};

describe('where a delivery may go', () => {
  const pairs = deliveryStates.flatMap((from) => deliveryStates.map((to) => [from, to] as const));
  test.each(pairs)('%s -> %s', (from, to) => {
    const may = table[from].split(/\s+/)[deliveryStates.indexOf(to)] === 'x';
    expect(moves[from].includes(to)).toBe(may);
    expect(statesBelow(to).includes(from)).toBe(may);
  });

  test('never in a circle: a state only moves up', () => {
    const above = (from: DeliveryState): DeliveryState[] => moves[from].flatMap((to) => [to, ...above(to)]);
    for (const state of deliveryStates) expect(above(state)).not.toContain(state);
  });

  test("in whatever order the provider's words come, the same state is reached", () => {
    const words = ['unknown', 'accepted', 'failed', 'delivered', 'bounced'] as const;
    for (const some of subsets(words)) {
      const ends = permutations(some).map((order) => order.reduce(rise, 'intended' as DeliveryState));
      expect(new Set(ends).size).toBe(1);
    }
  });
});

test('the gate got further with a later check', () => {
  expect(isFurther('no-consent', 'unreachable')).toBe(true);
  expect(isFurther('unreachable', 'no-consent')).toBe(false);
  expect(isFurther('capped', 'capped')).toBe(false);
});

function rise(state: DeliveryState, to: DeliveryState): DeliveryState {
  return moves[state].includes(to) ? to : state;
}

function subsets<T>(all: readonly T[]): T[][] {
  return all.reduce<T[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]]);
}

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, i) => permutations(all.filter((_, j) => j !== i)).map((rest) => [one, ...rest]));
}
