import type { EventType } from './event.ts';

/**
 * Who waits for which product: an entry for each (customer, sku), kept by routing. Opened by a look while the product
 * is sold out, consumed when a watch would send, closed by buying the product or one of its substitutes.
 */
export interface WaitingList {
  /** Durable: it stands in the table of entries. */
  readonly name: string;
  /** What a customer does with a product that is sold out and thereby waits for it. */
  readonly opensOn: readonly EventType[];
}

/** Declares a waiting list that watches can serve. */
export function waitingList(declared: WaitingList): WaitingList {
  return declared;
}
