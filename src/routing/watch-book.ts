/**
 * What happens in the world does to the runs of watches, folded in order.
 *
 * - A watch is woken only by what it declares. From an unknown stock or price there is no crossing; the first report on
 *   a state that meets a condition is one.
 * - It reaches the open run of (watch, subject), or opens one; whatever is declared opens.
 * - Of one batch a run is told the newest of each name, but every event that stands for itself, and of a watch that
 *   tells of each state the newest on each (of both the newest `occurrencesKept`), in the order in which they came: what
 *   is done about it looks up how things stand, so that older ones change nothing, and a product that flickers hundreds
 *   of times costs a few signals.
 *
 * No database, no clock: what has to be written is answered.
 */
import { meetsAll } from '../define/meets.ts';
import { carriedData, placeReported, type EventCrossing } from '../define/universal-event.ts';
import { isCrossed, isLower, type Moved, type Price, type ProductListener } from './product-state.ts';
import {
  isEachState,
  isOccurrence,
  waitedFor,
  type Crossing,
  type WatchDefinition,
} from '../define/watch.ts';
import type { Carried } from '../domain/run-input.ts';
import { spanMs } from '../domain/span.ts';
import { occurrencesKept } from '../domain/watch-input.ts';

/** Something that a watch is told of. Times in epoch milliseconds of Kairos's time. */
export interface Wake {
  watch: WatchDefinition;
  /** The key of the watch's `wakes`. */
  name: string;
  subject: string;
  at: number;
  /** What may stand in a history: the units after a crossing, the price, fields of an event. */
  carries: Carried;
  eventId: string;
}

/** A universal event beside those of stock and prices. */
export interface WorldEvent extends Moved {
  type: string;
  subject: string;
  data: Readonly<Record<string, unknown>>;
}

/** What tells such a wake from others of its name: the event itself, or the state it reports on; nothing does. */
function byItself(
  { audience, again }: WatchDefinition,
  crossing: EventCrossing,
  { eventId, data }: WorldEvent,
): string {
  if (isOccurrence(crossing)) return eventId;
  return isEachState(crossing, { gathers: audience !== null, again })
    ? placeReported(crossing.event, data)
    : '';
}

export class WatchBook implements ProductListener {
  private readonly watches: readonly WatchDefinition[];
  /** By watch and subject, the newest of each name, and of what tells it from others of the name; a map keeps the order in which its keys were set. */
  private readonly wakes = new Map<string, Map<string, Wake>>();

  constructor(watches: readonly WatchDefinition[]) {
    this.watches = watches;
  }

  /** A report of stock that took effect: what the units were before it, and are after it. */
  changed(sku: string, before: number | null, after: Moved & { units: number }): void {
    const { units, at, eventId } = after;
    this.tell({ subject: sku, at, eventId, carries: { units } }, (crossing) => {
      return crossing.of === 'stock' && isCrossed(crossing, before, units);
    });
  }

  /** A report that changed the price in force: what it was before, and is after it. */
  repriced(sku: string, before: Price | null, after: Moved & Price): void {
    const { priceMinor, at, eventId } = after;
    this.tell({ subject: sku, at, eventId, carries: { priceMinor } }, (crossing) => {
      return crossing.of === 'price' && isLower(after, before);
    });
  }

  /**
   * Any other universal event. Of one that reports on a state, what the report before it said, null for none: a report
   * that came too late to count is not told. One that stands for itself is news only for a time.
   */
  happened(event: WorldEvent, before: Readonly<Record<string, unknown>> | null, nowMs: number): void {
    const { subject, at, eventId, data } = event;
    const meets = (crossing: EventCrossing) =>
      crossing.event.per === null
        ? at + spanMs(crossing.fresh) > nowMs
        : before === null || !meetsAll(crossing.where, before);
    for (const watch of this.watches) {
      for (const [name, crossing] of Object.entries(watch.wakes)) {
        if (crossing.of !== 'event' || crossing.event.type !== event.type) continue;
        if (!meetsAll(crossing.where, data) || !meets(crossing)) continue;
        const wake = { watch, name, subject, at, eventId, carries: carriedData(crossing.event, data) };
        this.add(wake, byItself(watch, crossing, event));
      }
    }
  }

  /** Somebody begins to wait: a watch that opens with that, and has no run for the product, opens one. */
  waited({ list, sku }: { list: string; sku: string }, { at, eventId }: Moved): void {
    for (const watch of this.watches) {
      if (watch.opens !== 'when waited for' || watch.waiting?.name !== list) continue;
      this.add({ watch, name: waitedFor, subject: sku, at, eventId, carries: {} });
    }
  }

  /** What each run of a watch and subject is to be told, in order. */
  told(): Wake[][] {
    return [...this.wakes.values()].map((told) => [...told.values()]);
  }

  private tell(of: Omit<Wake, 'watch' | 'name'>, isMet: (crossing: Crossing) => boolean): void {
    for (const watch of this.watches) {
      for (const [name, crossing] of Object.entries(watch.wakes)) {
        if (isMet(crossing)) this.add({ watch, name, ...of });
      }
    }
  }

  /** @param own What tells it from others of its name; empty: the newest of the name counts. */
  private add(wake: Wake, own = ''): void {
    const place = JSON.stringify([wake.watch.name, wake.subject]);
    const told = this.wakes.get(place) ?? new Map<string, Wake>();
    this.wakes.set(place, told);
    const key = `${wake.name} ${own}`;
    told.delete(key);
    told.set(key, wake);
    const likeIt = [...told].filter(([, { name }]) => name === wake.name);
    if (likeIt.length > occurrencesKept) told.delete(likeIt[0]![0]);
  }
}
