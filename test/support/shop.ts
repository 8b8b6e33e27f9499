import { Analytics } from '@segment/analytics-node';
import { armKeyOf, drawOf, holdoutOf } from '../../src/domain/holdout.ts';
import { eventually } from './eventually.ts';

export interface ShownDelivery {
  id: string;
  message: string;
  state: string;
  channel: string;
  arm: string;
  reason: string | null;
  at: string;
}

export interface ShownRun {
  state: string;
  outcome: string | null;
  openedAt: string;
  closedAt: string | null;
  key: string;
}

export interface ShownMail {
  subject: string;
  channel: string;
  deliveryId: string;
  at: string;
}

/** An id whose arm in `abandonedCart` is known beforehand: the draw is the same in every home. */
export function someone(name: string, arm: 'treated' | 'held-out' = 'treated'): string {
  const { salt, share } = holdoutOf('abandonedCart', 0.1);
  for (let i = 0; ; i += 1) {
    const isHeldOut = drawOf(salt, armKeyOf(`${name}-${i}`)) < share;
    if (isHeldOut === (arm === 'held-out')) return `${name}-${i}`;
  }
}

/** Somebody with an address, and consent for each channel that has one; `email: null` for none. */
export function identified(userId: string, over: { phone?: string; email?: string | null } = {}) {
  const { email = `${userId}@example.test`, phone } = over;
  const channels = { email: email !== null, sms: phone !== undefined };
  return { userId, traits: { email, phone }, context: { consent: { channels } } };
}

/** A kettle is put into a cart. */
export function added(userId: string, cart = 'c1') {
  const properties = { cart_id: cart, product_id: 'p-1', name: 'Kettle', price: 29.9, quantity: 1 };
  return { userId, event: 'Product Added', properties };
}

/** It is ordered. */
export function bought(userId: string, order: string, cart?: string) {
  return { userId, event: 'Order Completed', properties: { order_id: order, total: 29.9, cart_id: cart } };
}

/** A shop that uses a running Kairos from outside: the real Segment client to tell, plain HTTP to look. */
export class Shop {
  readonly url: string;
  readonly #client: Analytics;

  constructor(url: string) {
    this.url = url;
    this.#client = new Analytics({
      writeKey: 'dev-write-key',
      host: url,
      path: '/v1/batch',
      flushInterval: 20,
    });
  }

  /** Resolves when everything was answered. */
  close(): Promise<void> {
    return this.#client.closeAndFlush();
  }

  /** In one request by itself, resolved when it was answered. */
  async tells(...batch: readonly { userId: string }[]): Promise<void> {
    const typed = batch.map((one) => ({ type: 'event' in one ? 'track' : 'identify', ...one }));
    await this.admin('/v1/batch', { method: 'POST', body: JSON.stringify({ batch: typed }) });
  }

  /** With an address, and consent for each channel that has one; `email: null` for none. */
  identifies(userId: string, over: { phone?: string; email?: string | null } = {}): void {
    this.#client.identify(identified(userId, over));
  }

  identifiesWithoutConsent(userId: string): void {
    this.#client.identify({ userId, traits: { email: `${userId}@example.test` } });
  }

  adds(userId: string, cart?: string): void {
    this.#client.track(added(userId, cart));
  }

  buys(userId: string, order: string, cart?: string): void {
    this.#client.track(bought(userId, order, cart));
  }

  async admin<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = { authorization: 'Bearer dev-admin-key', 'content-type': 'application/json' };
    const response = await fetch(`${this.url}${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async deliveriesOf(userId: string): Promise<ShownDelivery[]> {
    return (await this.admin<{ items: ShownDelivery[] }>(`/v1/deliveries?customer=${userId}`)).items;
  }

  async runsOf(userId: string): Promise<ShownRun[]> {
    return (await this.admin<{ items: ShownRun[] }>(`/v1/runs?name=abandonedCart&customer=${userId}`)).items;
  }

  async inboxOf(to: string): Promise<ShownMail[]> {
    const path = `/sandbox/messages?to=${encodeURIComponent(to)}`;
    return (await this.admin<{ messages: ShownMail[] }>(path)).messages;
  }

  /** Every decision is made and no call is under way. */
  untilDecided(userId: string): Promise<ShownDelivery[]> {
    const ask = async () => {
      const deliveries = await this.deliveriesOf(userId);
      // The sandbox tells at once what became of what it took.
      const isOpen = deliveries.some(({ state }) => ['intended', 'waiting', 'accepted'].includes(state));
      return deliveries.length > 0 && !isOpen && deliveries;
    };
    return eventually(`a decision about ${userId}`, ask);
  }

  async untilClosed(userId: string): Promise<ShownRun> {
    const ask = async () => {
      const [run] = await this.runsOf(userId);
      return run?.state === 'closed' && run;
    };
    return eventually(`the end of ${userId}'s run`, ask, 150_000);
  }
}
