import type { SubstituteRule } from '../domain/substitutes.ts';
import type { EventType } from './event.ts';

/**
 * Who waits for which product: an entry for each (customer, sku), kept by routing. Opened by a look while the product
 * is sold out or by asking to be told, consumed when a watch would send, closed by buying the product or one of its substitutes.
 */
export interface WaitingList {
  /** Durable: it stands in the table of entries. */
  readonly name: string;
  /** What a customer does with a product that is sold out and thereby waits for it. */
  readonly opensOn: readonly EventType[];
  /**
   * With what a customer asks to be told. They wait whatever is believed to be on the shelf: beliefs come late, and may be
   * of another variant. Of a product that is there they are told when it is next served.
   */
  readonly asksOn?: readonly EventType[];
  /** What serves as well, so that its buyers wait no longer; if not said, what the catalogue names. */
  readonly substitutes?: SubstituteRule;
}

/** Declares a waiting list that watches can serve. */
export function waitingList(declared: WaitingList): WaitingList {
  return declared;
}
