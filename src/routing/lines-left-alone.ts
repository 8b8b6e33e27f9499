import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import { endWaitsSince, linesLeftAlone } from '../db/queries/long-waits.ts';
import type { WatchDefinition } from '../define/watch.ts';
import { spanMs } from '../domain/span.ts';

/**
 * Ends the waits in waiting lists that have lasted as long as their watch says, where no run of it is left to do so: one
 * was terminated in Temporal, or came to nothing. Says how many.
 */
export async function endLonelyWaits({
  sql,
  clock,
  watches,
}: {
  sql: Sql;
  clock: Clock;
  watches: readonly WatchDefinition[];
}): Promise<number> {
  const at = clock.now();
  let ended = 0;
  for (const { name, waiting, lasts } of watches) {
    if (waiting === null || lasts === undefined) continue;
    const list = waiting.name;
    const before = new Date(at.getTime() - spanMs(lasts));
    for (const sku of await linesLeftAlone(sql, { list, watches: [name], before }))
      ended += await endWaitsSince(sql, { list, sku }, { before, at });
  }
  return ended;
}
