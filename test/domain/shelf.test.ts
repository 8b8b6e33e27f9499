import { describe, expect, test } from 'vitest';
import { reported, unknownShelf, type Shelf, type StockLevel } from '../../src/domain/shelf.ts';

type Given = [available: number, at: number, location?: string, source?: string];

/** Reports in the order in which they came; the shelf after each of them. */
function shelves(...given: Given[]): Shelf[] {
  let shelf = unknownShelf;
  return given.map(([available, at, location = '', source = 'warehouse'], seq) => {
    shelf = reported(shelf, { available, at, location, source, seq } satisfies StockLevel);
    return shelf;
  });
}

const rows: [name: string, given: Given[], units: number[], soldOutAt: (number | null)[]][] = [
  ['a first report makes it known', [[3, 10]], [3], [null]],
  ['none, reported first, is sold out since then', [[0, 10]], [0], [10]],
  [
    'the newest time counts, an older one has no effect',
    [
      [3, 10],
      [0, 9],
      [2, 11],
    ],
    [3, 3, 2],
    [null, null, null],
  ],
  [
    'of two of one time the later counts',
    [
      [3, 10],
      [0, 10],
    ],
    [3, 0],
    [null, 10],
  ],
  [
    'none again is sold out since the first',
    [
      [1, 5],
      [0, 10],
      [0, 20],
    ],
    [1, 0, 0],
    [null, 10, 10],
  ],
  [
    'back, and sold out anew',
    [
      [0, 10],
      [4, 20],
      [0, 30],
    ],
    [0, 4, 0],
    [10, null, 30],
  ],
  [
    'units are the sum over locations',
    [
      [3, 10, 'a'],
      [4, 11, 'b'],
      [0, 12, 'a'],
    ],
    [3, 7, 4],
    [null, null, null],
  ],
  [
    'time is compared within a location',
    [
      [3, 10, 'a'],
      [4, 5, 'b'],
      [0, 8, 'a'],
    ],
    [3, 7, 7],
    [null, null, null],
  ],
  [
    'sold out everywhere, since the newest of them',
    [
      [0, 10, 'a'],
      [0, 8, 'b'],
    ],
    [0, 0],
    [10, 10],
  ],
  [
    'sold out by a late report: since the newest that counts',
    [
      [5, 1, 'b'],
      [0, 10, 'a'],
      [0, 8, 'b'],
    ],
    [5, 5, 0],
    [null, null, 10],
  ],
  [
    'two sources of one location are not added up: the newest counts',
    [
      [3, 10, 'a', 'shop'],
      [5, 11, 'a', 'warehouse'],
      [1, 12, 'a', 'shop'],
      [9, 11, 'a', 'warehouse'],
    ],
    [3, 5, 1, 1],
    [null, null, null, null],
  ],
  [
    'a catalogue and a warehouse, neither with locations',
    [
      [10, 1, '', 'catalogue'],
      [0, 5, '', 'warehouse'],
      [4, 6, '', 'catalogue'],
      [0, 7, '', 'warehouse'],
    ],
    [10, 0, 4, 0],
    [null, 5, null, 7],
  ],
  [
    'a catalogue that speaks of everything is not added to a warehouse that speaks of locations',
    [
      [10, 1, '', 'catalogue'],
      [6, 2, 'a'],
      [4, 3, 'b'],
      [0, 4, 'a'],
      [0, 5, 'b'],
      [7, 6, '', 'catalogue'],
      [1, 7, 'b'],
    ],
    [10, 6, 10, 4, 0, 7, 1],
    [null, null, null, null, 5, null, null],
  ],
  [
    'one source may leave a location unnamed: it is one of its locations',
    [
      [3, 10],
      [4, 11, 'a'],
    ],
    [3, 7],
    [null, null],
  ],
];

describe('a shelf', () => {
  test.each(rows)('%s', (_, given, units, soldOutAt) => {
    const after = shelves(...given);
    expect(after.map((shelf) => shelf.units)).toEqual(units);
    expect(after.map((shelf) => shelf.soldOutAt)).toEqual(soldOutAt);
  });

  test('nothing is known of what was never reported', () => {
    expect(unknownShelf).toMatchObject({ units: null, soldOutAt: null });
  });

  test('a report without effect leaves the very same shelf', () => {
    const [first, second] = shelves([3, 10], [0, 9]);
    expect(second).toBe(first);
  });

  test('reports of different places come to the same in whatever order they arrive', () => {
    const given: Given[] = [
      [3, 10, 'a'],
      [0, 12, 'a'],
      [7, 11, 'b'],
      [2, 14, 'b'],
      [5, 13, 'c'],
    ];
    const orders = [given, [...given].reverse(), [2, 4, 0, 3, 1].map((i) => given[i]!)];
    expect(orders.map((order) => shelves(...order).at(-1)!.units)).toEqual([7, 7, 7]);
  });
});
