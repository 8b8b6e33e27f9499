import { readUnrouted } from '../db/queries/take-unrouted.ts';
import type { Sql } from '../db/connect.ts';
import type { AcceptedEvent } from './event.ts';

/**
 * Reads what waits behind a batch while the database is at that batch. Nothing is decided by it: which events are next
 * is asked when they are taken, and an event that waits does not change.
 */
export class ReadAhead {
  #reading: Promise<AcceptedEvent[]> = Promise.resolve([]);

  /** Begins to read up to `limit` events behind one. */
  begin(sql: Sql, behind: { after: number; limit: number }): void {
    // What could not be read is read when it is taken, and fails there if it has to.
    this.#reading = readUnrouted(sql, behind).catch(() => []);
  }

  /** What was read, by number, once. */
  async take(): Promise<ReadonlyMap<number, AcceptedEvent>> {
    const events = await this.#reading;
    this.#reading = Promise.resolve([]);
    return new Map(events.map((event) => [event.seq, event]));
  }
}
