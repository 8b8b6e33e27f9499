import type { Sql } from 'postgres';
import type { Clock } from '../clock.ts';
import { reckonRecommendations } from '../db/queries/reckon-recommendations.ts';
import { spanMs } from '../domain/span.ts';

/** How far back orders and looks tell what goes with what. */
const looksBack = { ordered: spanMs('180 days'), seen: spanMs('30 days') };

/** One lock for all routers: two that reckon at once would do the same twice. */
const recommendationsLock = 4_702_009;

/** Reckons what goes with what, unless another router is about it; says whether it did. */
export async function refreshRecommendations({ sql, clock }: { sql: Sql; clock: Clock }): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [lock] = await tx<
      { taken: boolean }[]
    >`select pg_try_advisory_xact_lock(${recommendationsLock}) as taken`;
    if (!lock!.taken) return false;
    const now = clock.now().getTime();
    await reckonRecommendations(tx, {
      ordered: new Date(now - looksBack.ordered),
      seen: new Date(now - looksBack.seen),
    });
    return true;
  });
}
