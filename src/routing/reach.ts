import type { CameWithinReach } from '../db/queries/held-runs.ts';
import { pushNewsIn } from '../domain/push-event.ts';
import type { AcceptedEvent } from './event.ts';
import { isReachable } from './is-reachable.ts';
import type { Traits } from './traits.ts';

/**
 * Follows, event by event, who of those whom nobody could reach comes within reach, and when: the time is that at which
 * the event came, for what waited here for a router is as good as new. An import lets nothing begin.
 */
export class Reach {
  private readonly outOfReach: ReadonlySet<string>;
  private readonly times = new Map<string, number>();

  constructor(outOfReach: ReadonlySet<string>) {
    this.outOfReach = outOfReach;
  }

  /** An event of a customer's, and their traits after it. */
  seen(customerId: string, event: AcceptedEvent, traits: Traits): void {
    if (!this.outOfReach.has(customerId)) return;
    const subscribed = (pushNewsIn(event)?.keys ?? null) !== null;
    if (isReachable({ known: event.userId !== null, subscribed, traits })) this.reach(customerId, event);
  }

  /** A customer became one with a user. */
  joined(customerId: string, by: AcceptedEvent): void {
    if (this.outOfReach.has(customerId)) this.reach(customerId, by);
  }

  came(): CameWithinReach[] {
    return [...this.times].map(([customerId, at]) => ({ customerId, at }));
  }

  private reach(customerId: string, { imported, receivedAt }: AcceptedEvent): void {
    if (!imported && !this.times.has(customerId)) this.times.set(customerId, receivedAt);
  }
}
