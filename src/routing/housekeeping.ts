import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import { deleteOldStates } from '../db/queries/forget-states.ts';
import { deleteOldWaves } from '../db/queries/forget-waves.ts';
import { deleteOldNews } from '../db/queries/fresh-news.ts';
import { deleteOldEvents, deleteOldMessageIds } from '../db/queries/old-events.ts';
import { deleteOldRejections } from '../db/queries/rejections.ts';
import { deleteOldPrices } from '../db/queries/save-price-history.ts';
import { deleteOldProductNews } from '../db/queries/product-news.ts';
import { dropProductsOfClosedRuns } from '../db/queries/run-products.ts';
import { declaredEvents } from '../define/declared-events.ts';
import type { WatchDefinition } from '../define/watch.ts';
import { endLonelyWaits } from './lines-left-alone.ts';
import { endVisits } from './onsite-visits.ts';
import { refreshRecommendations } from './recommendations.ts';
import { Wakeup } from './wakeup.ts';

const everyMs = 60_000;
/** Real milliseconds between two looks at what changes slowly: what happened in the world, and what goes with what. */
const hourMs = 3_600_000;

/**
 * Once a minute of real time takes away what has been kept for as long as it is promised, and what belongs to visits that
 * are over, and once an hour takes away what of the world is of no more use, ends waits that nobody else would end, and reckons anew
 * what goes with what.
 */
export async function runHousekeeping(
  parts: { sql: Sql; clock: Clock; log: Logger; watches: readonly WatchDefinition[] },
  stop: AbortSignal,
): Promise<void> {
  const wakeup = new Wakeup();
  let reckonedAt = -Infinity;
  while (!stop.aborted) {
    try {
      await deleteOldRejections(parts.sql, parts.clock.now());
      await deleteOldNews(parts.sql, parts.clock.now());
      await endVisits(parts);
      await deleteOldEvents(parts.sql, parts.clock.now());
      await deleteOldMessageIds(parts.sql, parts.clock.now());
      const now = parts.clock.realNow().getTime();
      if (now - reckonedAt >= hourMs) {
        await forgetWorld(parts);
        await endLonelyWaits(parts);
        await refreshRecommendations(parts);
        reckonedAt = now;
      }
    } catch (error) {
      parts.log.error({ err: error }, 'housekeeping failed and will be tried again');
    }
    await wakeup.pause(everyMs, stop);
  }
}

/**
 * Old prices and states, what watches gathered and how their waves went, and what was told to runs, or was to be, that
 * hear of it no more.
 */
export async function forgetWorld(parts: {
  sql: Sql;
  clock: Clock;
  watches: readonly WatchDefinition[];
}): Promise<void> {
  const { sql, clock, watches } = parts;
  const now = clock.now();
  await deleteOldPrices(sql, now);
  await deleteOldStates(sql, now, { dated: datedTypes(watches) });
  await deleteOldWaves(sql, now);
  await deleteOldProductNews(sql, now);
  await dropProductsOfClosedRuns(sql);
}

/** The events that report on the states of days. */
function datedTypes(watches: readonly WatchDefinition[]): string[] {
  const types = [...declaredEvents(watches).values()];
  return types.flatMap(({ type, per, data }) => (per !== null && data[per] === 'day' ? [type] : []));
}
