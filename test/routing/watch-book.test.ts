import { describe, expect, test } from 'vitest';
import { momentOccurred } from '../../src/define/universal-event.ts';
import { stock, type StockCrossing } from '../../src/define/watch.ts';
import { isCrossed } from '../../src/routing/product-state.ts';
import { WatchBook } from '../../src/routing/watch-book.ts';
import { testWatch } from '../support/watches.ts';

const crossings: [StockCrossing, before: number | null, after: number | null, crossed: boolean][] = [
  [stock.falls(0), 1, 0, true],
  [stock.falls(0), 5, 0, true],
  [stock.falls(0), 0, 0, false],
  [stock.falls(0), 2, 1, false],
  [stock.falls(0), 0, 1, false],
  [stock.falls(0), null, 0, false],
  [stock.falls(3), 4, 3, true],
  [stock.falls(3), 3, 2, false],
  [stock.falls(3), 9, 0, true],
  [stock.rises(0), 0, 1, true],
  [stock.rises(0), 0, 7, true],
  [stock.rises(0), 1, 2, false],
  [stock.rises(0), 0, 0, false],
  [stock.rises(0), 1, 0, false],
  [stock.rises(0), null, 3, false],
  [stock.rises(10), 10, 11, true],
  [stock.rises(10), 11, 10, false],
];

test.each(crossings)('%o: from %s to %s: %s', (crossing, before, after, crossed) => {
  expect(isCrossed(crossing, before, after)).toBe(crossed);
});

/** The wakes of one watch for `pot` after units changed in this order, the first from what was known. */
function told(watch = testWatch(), ...units: (number | null)[]): [string, number][] {
  const book = new WatchBook([watch]);
  units.slice(1).forEach((after, place) => {
    book.changed('pot', units[place]!, { units: after!, at: place, eventId: `e${place}` });
  });
  return book.told().flatMap((wakes) => wakes.map(({ name, at }): [string, number] => [name, at]));
}

describe('what a run is told of a batch', () => {
  const rows: [string, (number | null)[], [string, number][]][] = [
    ['nothing when nothing is crossed', [5, 4, 9, 1], []],
    ['nothing from an unknown stock', [null, 0], []],
    ['but what follows is known', [null, 0, 3], [['restocked', 1]]],
    [
      'sold out and back is two, in order',
      [5, 0, 3],
      [
        ['soldOut', 0],
        ['restocked', 1],
      ],
    ],
    [
      'back and sold out is two, in order',
      [0, 3, 0],
      [
        ['restocked', 0],
        ['soldOut', 1],
      ],
    ],
    [
      'of one name the newest, in order of the newest',
      [5, 0, 3, 0],
      [
        ['restocked', 1],
        ['soldOut', 2],
      ],
    ],
    [
      'however often it flickers',
      [1, ...Array<number[]>(300).fill([0, 1]).flat()],
      [
        ['soldOut', 598],
        ['restocked', 599],
      ],
    ],
  ];
  test.each(rows)('%s', (_, units, wakes) => {
    expect(told(testWatch(), ...units)).toEqual(wakes);
  });

  test('every declared crossing that one report makes', () => {
    const watch = testWatch({ wakes: { low: stock.falls(3), gone: stock.falls(0) } });
    expect(told(watch, 9, 0)).toEqual([
      ['low', 0],
      ['gone', 0],
    ]);
  });

  test('every event that stands for itself, and of very many the newest', () => {
    const watch = testWatch({ subject: 'topic', wakes: { occurred: momentOccurred.when() } });
    const book = new WatchBook([watch]);
    const happens = (n: number) => {
      const data = { title: 'News', categories: [], regions: [] };
      const event = { type: 'moment.occurred', subject: 'harvest', at: n, eventId: `e${n}`, data };
      book.happened(event, null, 100);
    };
    const toldOf = () => book.told().flatMap((wakes) => wakes.map(({ eventId }) => eventId));
    for (const n of [1, 2]) happens(n);
    expect(toldOf()).toEqual(['e1', 'e2']);
    for (let n = 3; n <= 25; n += 1) happens(n);
    expect(toldOf()).toEqual(Array.from({ length: 20 }, (_, place) => `e${6 + place}`));
  });

  test('each sku and each watch apart', () => {
    const [one, other] = [testWatch({ name: 'one' }), testWatch({ name: 'other' })];
    const book = new WatchBook([one, other]);
    book.changed('pot', 1, { units: 0, at: 1, eventId: 'e1' });
    book.changed('pan', 0, { units: 1, at: 2, eventId: 'e2' });
    const wakes = book
      .told()
      .map((some) => some.map(({ watch, subject, name }) => [watch.name, subject, name]));
    expect(wakes).toEqual([
      [['one', 'pot', 'soldOut']],
      [['other', 'pot', 'soldOut']],
      [['one', 'pan', 'restocked']],
      [['other', 'pan', 'restocked']],
    ]);
  });
});
