import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import { deleteOldNews } from '../db/queries/fresh-news.ts';
import { deleteOldRejections } from '../db/queries/rejections.ts';
import { deleteOldPrices } from '../db/queries/save-price-history.ts';
import { dropProductsOfClosedRuns } from '../db/queries/run-products.ts';
import { endVisits } from './onsite-visits.ts';
import { refreshRecommendations } from './recommendations.ts';
import { Wakeup } from './wakeup.ts';

const everyMs = 60_000;
/** Real milliseconds between two looks at what changes slowly: old prices, and what goes with what. */
const hourMs = 3_600_000;

/**
 * Once a minute of real time takes away what has been kept for as long as it is promised, and what belongs to visits that
 * are over, and once an hour takes away old prices and what runs were about that are over, and reckons anew what goes with what.
 */
export async function runHousekeeping(
  parts: { sql: Sql; clock: Clock; log: Logger },
  stop: AbortSignal,
): Promise<void> {
  const wakeup = new Wakeup();
  let reckonedAt = -Infinity;
  while (!stop.aborted) {
    try {
      await deleteOldRejections(parts.sql, parts.clock.now());
      await deleteOldNews(parts.sql, parts.clock.now());
      await endVisits(parts);
      const now = parts.clock.realNow().getTime();
      if (now - reckonedAt >= hourMs) {
        await deleteOldPrices(parts.sql, parts.clock.now());
        await dropProductsOfClosedRuns(parts.sql);
        await refreshRecommendations(parts);
        reckonedAt = now;
      }
    } catch (error) {
      parts.log.error({ err: error }, 'housekeeping failed and will be tried again');
    }
    await wakeup.pause(everyMs, stop);
  }
}
