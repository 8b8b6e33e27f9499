import { readUnrouted } from '../db/queries/take-unrouted.ts';
import type { Sql } from '../db/connect.ts';
import type { AcceptedEvent } from './event.ts';
import { effectsOf, type SegmentIndex } from './segment-index.ts';

/**
 * Reads what waits behind a batch while the database is at that batch. Nothing is decided by it: which events are next
 * is asked when they are taken, and an event that waits does not change.
 */
export class ReadAhead {
  #reading: Promise<AcceptedEvent[]> = Promise.resolve([]);

  /** Begins to read up to `limit` events behind one, and asks of each which segments it may change. */
  begin(sql: Sql, segments: SegmentIndex, behind: { after: number; limit: number }): void {
    const read = async () => {
      const events = await readUnrouted(sql, behind);
      for (const event of events) effectsOf(segments, event, false);
      return events;
    };
    // What could not be read is read when it is taken, and fails there if it has to.
    this.#reading = read().catch(() => []);
  }

  /** What was read, by number, once. */
  async take(): Promise<ReadonlyMap<number, AcceptedEvent>> {
    const events = await this.#reading;
    this.#reading = Promise.resolve([]);
    return new Map(events.map((event) => [event.seq, event]));
  }
}
