import type { Clock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/connect.ts';
import { countImportedUnrouted } from '../../src/db/queries/imports.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';

const lookEveryMs = 20;

/**
 * Waits until so many more imported events may wait for routing: what happens live is routed in the order in which it
 * came, and so waits behind at most `bounds.importUnrouted` of them. An import of many events at once waits for none.
 * @throws AppError `unavailable` when routing takes none for `stallMs`.
 */
export async function awaitRoom(
  { sql, clock }: { sql: Sql; clock: Clock },
  events: number,
  stallMs: number = bounds.importStallMs,
): Promise<void> {
  const room = Math.max(bounds.importUnrouted - events, 1);
  let fewest = Infinity;
  let sinceMs = clock.realNow().getTime();
  for (;;) {
    const waiting = await countImportedUnrouted(sql, bounds.importUnrouted);
    if (waiting < room) return;
    const nowMs = clock.realNow().getTime();
    if (waiting < fewest) [fewest, sinceMs] = [waiting, nowMs];
    if (nowMs - sinceMs >= stallMs) throw stalled(waiting, stallMs);
    await new Promise((done) => setTimeout(done, lookEveryMs));
  }
}

function stalled(waiting: number, stallMs: number): AppError {
  return new AppError(
    'unavailable',
    `${waiting} imported events wait for routing, which took none for ${stallMs / 1_000} seconds: see that a router ` +
      'runs, then send this file again from the start.',
  );
}
