import { describe, expect, test } from 'vitest';
import { WaitingBook } from '../../src/routing/waiting-book.ts';

/** What happens with one customer and the sku `pot`, whose substitute is `pan`; sold out since 100. Now is 1,000. */
type Given = { looks: number; sku?: string } | { buys: string; at: number };
/** The entries after it: what they wait for, since when, and how they stand. */
type Entries = [sku: string, since: number, state: string, reason: string | null, askedAt?: number][];

interface Known {
  waiting?: number;
  askedAt?: number | null;
  consumedAt?: number;
  bought?: [sku: string, at: number];
}

const nowMs = 1_000;
const day = 86_400_000;
const pot = { sku: 'pot', substitutes: ['pan'], category: null, priceMinor: 100, currency: 'EUR' };
const place = { list: 'list', customerId: 'c' };

function fold({ waiting, askedAt = null, consumedAt, bought }: Known, ...given: Given[]): Entries {
  const known = {
    ...place,
    sku: 'pot',
    state: 'waiting',
    reason: null,
    boughtSku: null,
    endedAt: null,
    isNew: false,
  } as const;
  let made = 0;
  const book = new WaitingBook({
    waiting:
      waiting === undefined ? [] : [{ ...known, id: 'known', since: waiting, askedAt, changed: false }],
    consumed: consumedAt === undefined ? [] : [{ ...place, sku: 'pot', at: consumedAt }],
    bought: bought ? [{ customerId: 'c', sku: bought[0], at: bought[1] }] : [],
    rules: new Map(),
    products: new Map([['pot', pot]]),
    newId: () => `new-${(made += 1)}`,
  });
  for (const one of given) {
    if ('looks' in one) book.look({ ...place, sku: one.sku ?? 'pot', at: one.looks }, 100);
    else book.buy({ customerId: 'c', sku: one.buys, at: one.at }, nowMs);
  }
  return book.changed().map(({ sku, since, state, reason, askedAt: asked }) => {
    return asked === null ? [sku, since, state, reason] : [sku, since, state, reason, asked];
  });
}

const rows: [name: string, known: Known, given: Given[], entries: Entries][] = [
  ['a look opens an entry', {}, [{ looks: 110 }], [['pot', 110, 'waiting', null]]],
  ['a look at the very moment it sold out opens one', {}, [{ looks: 100 }], [['pot', 100, 'waiting', null]]],
  ['a look from before it sold out opens none', {}, [{ looks: 99 }], []],
  [
    'a repeated look keeps the earliest time',
    {},
    [{ looks: 120 }, { looks: 110 }, { looks: 130 }],
    [['pot', 110, 'waiting', null]],
  ],
  ['a repeated look changes nothing that is known', { waiting: 105 }, [{ looks: 110 }], []],
  ['nor does one that is a day later', { waiting: 105 }, [{ looks: 105 + day }], []],
  [
    'one that is later by more keeps the place, and is noted, once a day',
    { waiting: 105 },
    [{ looks: 106 + day }, { looks: 107 + day }, { looks: 110 }],
    [['pot', 105, 'waiting', null, 106 + day]],
  ],
  ['what is noted is not noted again that day', { waiting: 105, askedAt: 5 * day }, [{ looks: 6 * day }], []],
  [
    'an earlier look that comes much later leaves what was known the newest',
    { waiting: 3 * day },
    [{ looks: 105 }],
    [['pot', 105, 'waiting', null, 3 * day]],
  ],
  [
    'an earlier look that comes late moves the known one up',
    { waiting: 120 },
    [{ looks: 105 }],
    [['pot', 105, 'waiting', null]],
  ],
  [
    'each sku has an entry of its own',
    {},
    [{ looks: 110 }, { looks: 111, sku: 'lid' }],
    [
      ['pot', 110, 'waiting', null],
      ['lid', 111, 'waiting', null],
    ],
  ],
  ['buying it closes', { waiting: 110 }, [{ buys: 'pot', at: 120 }], [['pot', 110, 'closed', 'bought']]],
  [
    'buying a substitute closes',
    { waiting: 110 },
    [{ buys: 'pan', at: 120 }],
    [['pot', 110, 'closed', 'bought']],
  ],
  [
    'buying what has it as a substitute does not',
    {},
    [
      { looks: 110, sku: 'pan' },
      { buys: 'pot', at: 120 },
    ],
    [['pan', 110, 'waiting', null]],
  ],
  ['buying something else does not', { waiting: 110 }, [{ buys: 'lid', at: 120 }], []],
  [
    'a purchase from before the look does not: they want another',
    { waiting: 110 },
    [{ buys: 'pot', at: 109 }],
    [],
  ],
  [
    'a look after the purchase opens a new entry',
    { waiting: 110 },
    [{ buys: 'pot', at: 120 }, { looks: 130 }],
    [
      ['pot', 110, 'closed', 'bought'],
      ['pot', 130, 'waiting', null],
    ],
  ],
  [
    'a look from before a purchase that was known first opens none',
    {},
    [{ buys: 'pan', at: 120 }, { looks: 110 }],
    [],
  ],
  ['nor when the purchase was of an earlier batch', { bought: ['pan', 120] }, [{ looks: 110 }], []],
  ['a look at the moment of the purchase is answered by it', { bought: ['pot', 120] }, [{ looks: 120 }], []],
  [
    'a look after an earlier purchase opens one',
    { bought: ['pot', 105] },
    [{ looks: 110 }],
    [['pot', 110, 'waiting', null]],
  ],
  [
    'after a message a new look opens a new entry',
    { consumedAt: 150 },
    [{ looks: 160 }],
    [['pot', 160, 'waiting', null]],
  ],
  ['a look from before the message that comes late does not', { consumedAt: 150 }, [{ looks: 140 }], []],
  ['nor does it move a new entry up', { consumedAt: 150, waiting: 160 }, [{ looks: 140 }], []],
];

describe('who waits', () => {
  test.each(rows)('%s', (_, known, given, entries) => {
    expect(fold(known, ...given)).toEqual(entries);
  });
});
