/**
 * What reports of stock do to the runs of watches, folded in order.
 *
 * - A watch is woken only at the crossings it declares. From an unknown stock there is none.
 * - A crossing reaches the open run of (watch, sku), or opens one; any declared crossing opens.
 * - Of one batch a run is told the newest crossing of each name, in the order in which they came: waves begin with a
 *   recount, so that older ones change nothing, and a product that flickers hundreds of times costs a few signals.
 *
 * No database, no clock: what has to be written is answered.
 */
import type { Crossing, WatchDefinition } from '../define/watch.ts';

/** A crossing that a watch is told of. Times in epoch milliseconds of Kairos's time. */
export interface Wake {
  watch: WatchDefinition;
  /** The key of the watch's `wakes`. */
  name: string;
  sku: string;
  at: number;
  /** After the crossing. */
  units: number;
  eventId: string;
}

/** Whether units went over or under a crossing's level. */
export function isCrossed(
  { direction, level }: Crossing,
  before: number | null,
  after: number | null,
): boolean {
  if (before === null || after === null) return false;
  return direction === 'falls' ? before > level && after <= level : before <= level && after > level;
}

export class WatchBook {
  private readonly watches: readonly WatchDefinition[];
  /** By watch and sku, the newest of each name; a map keeps the order in which its keys were set. */
  private readonly wakes = new Map<string, Map<string, Wake>>();

  constructor(watches: readonly WatchDefinition[]) {
    this.watches = watches;
  }

  /** A report that took effect: what the units were before it, and are after it. */
  changed(sku: string, before: number | null, after: { units: number; at: number; eventId: string }): void {
    for (const watch of this.watches) {
      for (const [name, crossing] of Object.entries(watch.wakes)) {
        if (!isCrossed(crossing, before, after.units)) continue;
        const told = this.toldTo(watch, sku);
        told.delete(name);
        told.set(name, { watch, name, sku, ...after });
      }
    }
  }

  /** What each run of a watch and sku is to be told, in order. */
  told(): Wake[][] {
    return [...this.wakes.values()].map((told) => [...told.values()]);
  }

  private toldTo(watch: WatchDefinition, sku: string): Map<string, Wake> {
    const place = JSON.stringify([watch.name, sku]);
    const known = this.wakes.get(place);
    if (known) return known;
    const none = new Map<string, Wake>();
    this.wakes.set(place, none);
    return none;
  }
}
