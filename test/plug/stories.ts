/**
 * What customers do, and what has to come of it: the reference that the suite compares Kairos with. Plain code that
 * shares nothing with Kairos's own.
 *
 * No message carries a `timestamp`: at 3,600 times real speed one that a client holds back for half a minute would be
 * a day old, and rightly start nothing.
 */
import type { Chance } from './chance.ts';

/** A Segment message. */
export interface Message {
  type: 'track' | 'identify' | 'page';
  messageId: string;
  userId?: string;
  anonymousId?: string;
  event?: string;
  name?: string;
  properties?: Record<string, string | number>;
  traits?: Record<string, string>;
  context?: Record<string, unknown>;
}

/**
 * What becomes of a message to a customer.
 *
 * - `sent`: exactly one decision; those held out get none, the others one.
 * - `one-a-day`: the same, but for the cap of the shop: of two carts one may be withheld.
 * - `withheld`: exactly one decision, and it says no.
 * - `before-order`: none or one, and none that was decided on after the order was answered.
 */
export type Fate = 'sent' | 'one-a-day' | 'withheld' | 'before-order';

export interface ExpectedRun {
  cart: string;
  outcome: 'lost' | 'ordered' | 'emptied';
  /** By message; of those not named nobody hears. */
  fates: Record<string, Fate>;
}

export interface Story {
  kind: Kind;
  userId: string;
  anonymousId?: string;
  /** Each is posted as one request, once the one before was answered. */
  steps: Message[][];
  /** As steps, posted a while after them. */
  later: Message[][];
  /** Where messages reach the customer, if they do. */
  to: string;
  runs: ExpectedRun[];
}

/** How often each comes, of a hundred. */
const kinds = {
  abandons: 24,
  'abandons by phone': 9,
  'abandons unknown': 9,
  'is loyal': 9,
  'has two carts': 9,
  'never consented': 8,
  empties: 9,
  'buys at once': 10,
  'buys later': 9,
  browses: 4,
};
export type Kind = keyof typeof kinds;

const deck = Object.entries(kinds).flatMap(([kind, times]) => Array<Kind>(times).fill(kind as Kind));

/** One story after the other, each of another customer. */
export function* stories(chance: Chance): Generator<Story> {
  for (let n = 1; ; n += 1) yield new Telling(n, chance.fork()).tell(chance.pick(deck));
}

/** The products of the shop. */
const products = [
  { product_id: 'p-1', name: 'Kettle', price: 29.9 },
  { product_id: 'p-2', name: 'Teapot', price: 45 },
  { product_id: 'p-3', name: 'Cup', price: 7.25 },
];

/** Tells one customer's story. */
class Telling {
  readonly #chance: Chance;
  readonly #userId: string;
  #said = 0;

  constructor(n: number, chance: Chance) {
    this.#chance = chance;
    this.#userId = `customer-${n}`;
  }

  tell(kind: Kind): Story {
    const userId = this.#userId;
    const email = `${userId}@example.test`;
    const lost = (fates: Record<string, Fate>, cart = 'c1') => ({ cart, outcome: 'lost' as const, fates });
    const told = (steps: Message[][], runs: ExpectedRun[], over: Partial<Story> = {}): Story => {
      return { kind, userId, to: email, steps: [...steps, ...this.#looks()], later: [], runs, ...over };
    };
    switch (kind) {
      case 'abandons': {
        const steps = [[this.#is({ email }), ...this.#adds('c1')]];
        if (this.#chance.happens(0.3)) steps.push(this.#adds('c1'));
        return told(steps, [lost({ 'cart-nudge': 'sent' })]);
      }
      case 'abandons by phone': {
        // Where no law has hours for text messages: the shop's own can be set.
        const phone = `+49151234${String(10_000 + Number(userId.split('-')[1])).slice(-5)}`;
        return told([[this.#is({ phone }), ...this.#adds('c1')]], [lost({ 'cart-nudge': 'sent' })], {
          to: phone,
        });
      }
      case 'abandons unknown': {
        const anonymousId = `visitor-of-${userId}`;
        const unknown = this.#adds('c1').map(({ userId: _, ...message }) => ({ ...message, anonymousId }));
        return told(
          [[...unknown, { ...this.#is({ email }), anonymousId }]],
          [lost({ 'cart-nudge': 'sent' })],
          {
            anonymousId,
          },
        );
      }
      case 'is loyal': {
        const before = [1, 2, 3].map((order) => this.#buys(`${userId}-before-${order}`));
        const both = lost({ 'cart-nudge': 'sent', 'cart-offer': 'sent' });
        return told([[this.#is({ email }), ...before], this.#adds('c1')], [both]);
      }
      case 'has two carts': {
        const [c1, c2] = [lost({ 'cart-nudge': 'one-a-day' }), lost({ 'cart-nudge': 'one-a-day' }, 'c2')];
        return told([[this.#is({ email }), ...this.#adds('c1'), ...this.#adds('c2')]], [c1, c2]);
      }
      case 'never consented':
        return told(
          [[this.#is({ email }, false), ...this.#adds('c1')]],
          [lost({ 'cart-nudge': 'withheld' })],
        );
      case 'empties': {
        const adds = this.#adds('c1');
        const steps = [[this.#is({ email }), ...adds, ...this.#removes(adds)]];
        return told(steps, [{ cart: 'c1', outcome: 'emptied', fates: {} }]);
      }
      case 'buys at once': {
        const steps = [[this.#is({ email }), ...this.#adds('c1'), this.#buys(`${userId}-order`, 'c1')]];
        return told(steps, [{ cart: 'c1', outcome: 'ordered', fates: {} }]);
      }
      case 'buys later': {
        const run = { cart: 'c1', outcome: 'ordered', fates: { 'cart-nudge': 'before-order' } } as const;
        const later = [[this.#buys(`${userId}-order`, 'c1')], ...this.#looks()];
        return told([[this.#is({ email }), ...this.#adds('c1')]], [run], { later });
      }
      case 'browses':
        return told([[this.#is({ email })], ...this.#looks()], []);
    }
  }

  #message(type: Message['type'], rest: Omit<Message, 'type' | 'messageId'>): Message {
    this.#said += 1;
    return { type, messageId: `${this.#userId}/${this.#said}`, userId: this.#userId, ...rest };
  }

  #is(traits: Record<string, string>, consents = true): Message {
    const channels = { email: 'email' in traits, sms: 'phone' in traits };
    return this.#message('identify', { traits, ...(consents ? { context: { consent: { channels } } } : {}) });
  }

  #adds(cart: string): Message[] {
    return Array.from({ length: this.#chance.between(1, 3) }, () => {
      const properties = {
        ...this.#chance.pick(products),
        cart_id: cart,
        quantity: this.#chance.between(1, 2),
      };
      return this.#message('track', { event: 'Product Added', properties });
    });
  }

  #removes(adds: Message[]): Message[] {
    const added = new Set(adds.map(({ properties }) => properties!['product_id'] as string));
    return [...added].map((product_id) =>
      this.#message('track', { event: 'Product Removed', properties: { product_id, cart_id: 'c1' } }),
    );
  }

  #buys(order: string, cart?: string): Message {
    const properties = { order_id: order, total: 29.9, ...(cart === undefined ? {} : { cart_id: cart }) };
    return this.#message('track', { event: 'Order Completed', properties });
  }

  /** Signs of life that change nothing, each in a request of its own. */
  #looks(): Message[][] {
    return Array.from({ length: this.#chance.between(2, 4) }, () => [
      this.#chance.happens(0.5)
        ? this.#message('track', { event: 'Product Viewed', properties: { ...this.#chance.pick(products) } })
        : this.#message('page', { name: 'Teapots' }),
    ]);
  }
}

/** Everything that a customer's story says, in its order. */
export const messagesOf = ({ steps, later }: Story): Message[] => [...steps, ...later].flat();

/**
 * Whoever has not bought yet does so now, all of it: for where nobody can wait until a cart is given up. It is the last
 * of what they do later.
 */
export function leavesNow(story: Story): void {
  const { userId } = story;
  const properties = { order_id: `${userId}-leaving`, total: 29.9 };
  const messageId = `${userId}/leaving`;
  story.later.push([{ type: 'track', messageId, userId, event: 'Order Completed', properties }]);
  story.runs = story.runs.map(({ cart, outcome, fates: { 'cart-offer': _, ...fates } }) => ({
    cart,
    outcome: outcome === 'lost' ? 'ordered' : outcome,
    fates,
  }));
}

/** What is in each cart in the end: product and quantity, by customer and cart. Empty carts are left out. */
export function cartsAfter(told: readonly Story[]): Map<string, Record<string, number>> {
  const carts = new Map<string, Map<string, number>>();
  for (const story of told) {
    for (const { event, properties = {} } of messagesOf(story)) {
      const id = properties['cart_id'];
      const place = `${story.userId}/${id}`;
      const cart = carts.get(place) ?? new Map<string, number>();
      const product = String(properties['product_id']);
      if (event === 'Product Added')
        carts.set(place, cart.set(product, (cart.get(product) ?? 0) + Number(properties['quantity'])));
      if (event === 'Product Removed') cart.delete(product);
      // An order that names no cart empties all of them.
      if (event === 'Order Completed' && id !== undefined) cart.clear();
      if (event === 'Order Completed' && id === undefined)
        for (const [other, of] of carts) if (other.startsWith(`${story.userId}/`)) of.clear();
    }
  }
  const filled = [...carts].filter(([, cart]) => cart.size > 0);
  return new Map(filled.map(([place, cart]) => [place, Object.fromEntries([...cart].sort())]));
}

/** The order ids that were reported, and whose they are. */
export function ordersAfter(told: readonly Story[]): Map<string, string> {
  const orders = told.flatMap((story) =>
    messagesOf(story)
      .filter(({ event }) => event === 'Order Completed')
      .map(({ properties }) => [String(properties!['order_id']), story.userId] as const),
  );
  return new Map(orders);
}
