import { aboutOf, compared, type Compared } from './did.ts';
import type { OrderedPredicate, Times } from './predicate-data.ts';
import { once, Windowed } from './windowed.ts';

/** That there is an order at some time. */
export class OrderedAt extends Windowed implements OrderedPredicate {
  readonly kind = 'ordered';
  readonly state: OrderedPredicate['state'];
  readonly reduced: boolean;
  readonly about: OrderedPredicate['about'];
  readonly which: OrderedPredicate['which'];
  readonly times: Times = once;
  readonly spent: OrderedPredicate['spent'];

  constructor(given: Partial<Pick<OrderedPredicate, 'state' | 'reduced' | 'about' | 'which' | 'spent'>>) {
    super();
    this.state = given.state ?? 'placed';
    this.reduced = given.reduced ?? false;
    this.about = given.about ?? null;
    this.which = given.which ?? 'any';
    this.spent = given.spent ?? null;
  }
}

/** That there are so many orders; at least one unless it says otherwise. */
export class Ordered extends OrderedAt {
  atLeast(times: number): this {
    return this.but({ times: { atLeast: times, atMost: null } } as Partial<this>);
  }

  atMost(times: number): this {
    return this.but({ times: { atLeast: 0, atMost: times } } as Partial<this>);
  }

  exactly(times: number): this {
    return this.but({ times: { atLeast: times, atMost: times } } as Partial<this>);
  }
}

/** That a customer placed orders that were not cancelled: `ordered().atLeast(3).within('365 days')`. */
export const ordered = (): Ordered => new Ordered({});

/** That a customer placed orders with a coupon or a discount: an order with both is one. */
export const orderedReduced = (): Ordered => new Ordered({ reduced: true });

/** When a customer first ordered: `firstOrdered().within('30 days')`. */
export const firstOrdered = (): OrderedAt => new OrderedAt({ which: 'first' });

/** When a customer last ordered: `lastOrdered().longerAgoThan('90 days')`. */
export const lastOrdered = (): OrderedAt => new OrderedAt({ which: 'last' });

/** That a customer bought a product, or something of a category of the catalogue, in an order that was not cancelled. */
export const bought = (what: { sku: string } | { category: string }): Ordered =>
  new Ordered({ about: aboutOf(what) });

/** That an order is not delivered yet: `hasOpenOrder().longerAgoThan('10 days')` was placed so long ago. */
export const hasOpenOrder = (): Ordered => new Ordered({ state: 'open' });

/** That an order was shipped; the time is that of the shipping. */
export const wasShipped = (): Ordered => new Ordered({ state: 'shipped' });

/** That an order was delivered; the time is that of the delivery. */
export const wasDelivered = (): Ordered => new Ordered({ state: 'delivered' });

/**
 * What a customer's orders in a currency come to, less refunds, in its major unit, to be compared:
 * `spent('EUR').atLeast(500).within('365 days')`. Other currencies count nothing.
 * One that is known only later is asked whenever the predicate is compiled or said.
 */
export const spent = (currency: string | (() => string)): Compared<OrderedAt> =>
  compared((test) => {
    if (typeof currency === 'string') return new OrderedAt({ spent: { currency, test } });
    const spentThen = {
      test,
      get currency() {
        return currency();
      },
    };
    return new OrderedAt({ spent: spentThen });
  });
