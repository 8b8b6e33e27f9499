/**
 * Who waits for what, folded in order over the entries that there are.
 *
 *   a look while it is sold out   ->  an entry `waiting`; a repeated look keeps the earliest time as the place in line,
 *                                     and is noted as the newest, once a day: who asks again waits on
 *   a request to be told of it    ->  the same, whatever is on the shelf
 *   a message for it              ->  `consumed` (by the gate, not here); only a look after that opens a new entry
 *   it or a substitute is bought  ->  `closed`; a look from before the order that comes late opens none. What serves as
 *                                     well is the list's rule
 *
 * At most one entry of a list, customer and sku waits. No database, no clock: what has to be written is answered.
 */
import {
  isSubstitute,
  onlyNamedSubstitutes,
  type SubstituteFacts,
  type SubstituteRule,
} from '../domain/substitutes.ts';
import { spanMs } from '../domain/span.ts';
import type { WaitingReason, WaitingState } from '../domain/waiting.ts';

/** An entry while a batch is folded. Times in epoch milliseconds of Kairos's time. */
export interface WaitingEntry {
  id: string;
  list: string;
  customerId: string;
  sku: string;
  since: number;
  /** When they last looked or asked again, to within a day; null: not more than a day after `since`. */
  askedAt: number | null;
  state: WaitingState;
  reason: WaitingReason | null;
  /** What was bought, of one that was closed for that. */
  boughtSku: string | null;
  endedAt: number | null;
  isNew: boolean;
  changed: boolean;
}

/** That a customer bought something, and when. */
export interface Purchase {
  customerId: string;
  sku: string;
  at: number;
}

/** When the last entry of a list, customer and sku was consumed. */
export interface Consumed {
  list: string;
  customerId: string;
  sku: string;
  at: number;
}

/** A customer who looks at a product. */
export interface Look {
  list: string;
  customerId: string;
  sku: string;
  at: number;
}

/** Looks are noted again no more often than so: many look many times a day. */
const dayMs = spanMs('1 day');

export class WaitingBook {
  /** By customer, and then by what they wait for. */
  private readonly waiting = new Map<string, Map<string, WaitingEntry>>();
  private readonly ended: WaitingEntry[] = [];
  private readonly consumed: Map<string, number>;
  /** By customer, when they last bought which sku. */
  private readonly bought = new Map<string, Map<string, number>>();
  private readonly rules: ReadonlyMap<string, SubstituteRule>;
  private readonly products: ReadonlyMap<string, SubstituteFacts>;
  private readonly newId: () => string;

  constructor(known: {
    waiting: readonly WaitingEntry[];
    consumed: readonly Consumed[];
    bought: readonly Purchase[];
    /** What serves as well, by list. */
    rules: ReadonlyMap<string, SubstituteRule>;
    /** By sku, all that are waited for or bought, as far as the catalogue has them. */
    products: ReadonlyMap<string, SubstituteFacts>;
    newId: () => string;
  }) {
    for (const entry of known.waiting) this.waitingOf(entry.customerId).set(placeOf(entry), entry);
    this.consumed = new Map(known.consumed.map((one) => [placeOf(one), one.at]));
    for (const purchase of known.bought) this.remember(purchase);
    this.rules = known.rules;
    this.products = known.products;
    this.newId = known.newId;
  }

  /** Every entry that the batch opened or changed, those that ended first. */
  changed(): WaitingEntry[] {
    const waiting = [...this.waiting.values()].flatMap((entries) => [...entries.values()]);
    return [...this.ended, ...waiting.filter((entry) => entry.changed)];
  }

  /** @param soldOutAt since when the product is sold out: a look from before then saw it on the shelf. `-Infinity`: a request. @returns whether they begin to wait. */
  look(look: Look, soldOutAt: number): boolean {
    if (look.at < soldOutAt) return false;
    const waiting = this.waitingOf(look.customerId);
    const entry = waiting.get(placeOf(look));
    if ((!entry || look.at < entry.since) && this.isAnswered(look)) return false;
    if (entry) askAgain(entry, look.at);
    else waiting.set(placeOf(look), this.opened(look));
    return entry === undefined;
  }

  /** @param nowMs Kairos's time of the routing: when the entries that end are closed. */
  buy(purchase: Purchase, nowMs: number): void {
    this.remember(purchase);
    const waiting = this.waitingOf(purchase.customerId);
    for (const [place, entry] of waiting) {
      if (entry.since > purchase.at || !this.serves(entry, purchase.sku)) continue;
      Object.assign(entry, {
        state: 'closed',
        reason: 'bought',
        boughtSku: purchase.sku,
        endedAt: nowMs,
        changed: true,
      });
      this.ended.push(entry);
      waiting.delete(place);
    }
  }

  private opened({ list, customerId, sku, at }: Look): WaitingEntry {
    const named = { id: this.newId(), list, customerId, sku, since: at, askedAt: null };
    return {
      ...named,
      state: 'waiting',
      reason: null,
      boughtSku: null,
      endedAt: null,
      isNew: true,
      changed: true,
    };
  }

  private waitingOf(customerId: string): Map<string, WaitingEntry> {
    const known = this.waiting.get(customerId);
    if (known) return known;
    const none = new Map<string, WaitingEntry>();
    this.waiting.set(customerId, none);
    return none;
  }

  /** Whether a message or a purchase from after the look has done with it. */
  private isAnswered(look: Look): boolean {
    if ((this.consumed.get(placeOf(look)) ?? -Infinity) >= look.at) return true;
    const bought = [...(this.bought.get(look.customerId) ?? [])];
    return bought.some(([sku, at]) => at >= look.at && this.serves(look, sku));
  }

  private serves({ list, sku }: Pick<Look, 'list' | 'sku'>, bought: string): boolean {
    const rule = this.rules.get(list) ?? onlyNamedSubstitutes;
    const facts = this.products.get(bought);
    return sku === bought || isSubstitute(rule, this.products.get(sku), { sku: bought, facts });
  }

  private remember({ customerId, sku, at }: Purchase): void {
    const bought = this.bought.get(customerId) ?? new Map<string, number>();
    this.bought.set(customerId, bought.set(sku, Math.max(bought.get(sku) ?? -Infinity, at)));
  }
}

/** The earliest look is the place in line; the newest, by which the wait ends one day, is raised by more than a day only. */
function askAgain(entry: WaitingEntry, at: number): void {
  const since = Math.min(entry.since, at);
  const newest = Math.max(entry.since, at, entry.askedAt ?? at);
  const askedAt = newest > Math.max(since, entry.askedAt ?? since) + dayMs ? newest : entry.askedAt;
  if (since === entry.since && askedAt === entry.askedAt) return;
  Object.assign(entry, { since, askedAt, changed: true });
}

const placeOf = (of: Pick<Look, 'list' | 'customerId' | 'sku'>) =>
  JSON.stringify([of.list, of.customerId, of.sku]);
