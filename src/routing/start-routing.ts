import type { Logger } from 'pino';
import { startDatesDue } from './dates-due.ts';
import type { DispatchContext } from './dispatch.ts';
import { runDispatcher, type DispatcherParts } from './dispatcher.ts';
import type { DueWork } from './due.ts';
import { expireHeldRunsDue } from './held-runs-due.ts';
import { forgetErased } from './forget-erased.ts';
import { writePersonas } from './recompute-personas.ts';
import { runRecomputing, takeOverFoundSegments } from './recompute-segments.ts';
import { lookAtDueMemberships } from './segments-due.ts';
import { releaseRunsOnSite } from './onsite-held-runs.ts';
import { runHousekeeping } from './housekeeping.ts';
import { runKeeper } from './keeper.ts';
import { reckonEverybody } from './reckon-everybody.ts';
import type { RoutingContext } from './route-batch.ts';
import { eventsChannel } from '../db/events-channel.ts';
import { runRouter } from './router.ts';
import { tellOfProducts } from './tell-of-products.ts';
import { Wakeup } from './wakeup.ts';

/** What becomes due by time alone, in the order in which it is done. */
const dueWorks: readonly DueWork[] = [
  forgetErased,
  startDatesDue,
  reckonEverybody,
  releaseRunsOnSite,
  tellOfProducts,
  expireHeldRunsDue,
  lookAtDueMemberships,
  takeOverFoundSegments,
  writePersonas,
];

/** Starts routing, dispatching and keeping; `stop` lets what is under way finish. */
export async function startRouting(parts: {
  routing: RoutingContext;
  dispatching: Pick<DispatchContext, 'client' | 'describe'> & Pick<DispatcherParts, 'timeoutMs'>;
  log: Logger;
}): Promise<{ stop(): Promise<void> }> {
  const { routing, log } = parts;
  const stopping = new AbortController();
  const accepted = new Wakeup();
  const owed = new Wakeup();
  // The subscription renews itself when its connection is lost; until then the loops look by themselves.
  const subscription = await routing.sql.listen(eventsChannel, () => accepted.wake());
  const loops = [
    runRouter(
      { context: routing, wakeup: accepted, works: dueWorks, onDispatches: () => owed.wake(), log },
      stopping.signal,
    ),
    runDispatcher(
      {
        ...parts.dispatching,
        sql: routing.sql,
        clock: routing.clock,
        secret: routing.secret,
        wakeup: owed,
        log,
      },
      stopping.signal,
    ),
    runKeeper(
      {
        sql: routing.sql,
        client: parts.dispatching.client,
        clock: routing.clock,
        log,
        onDispatches: () => owed.wake(),
      },
      stopping.signal,
    ),
    runHousekeeping(
      { sql: routing.sql, clock: routing.clock, log, watches: routing.watches },
      stopping.signal,
    ),
    runRecomputing({ context: routing, log }, stopping.signal),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
      await subscription.unlisten();
    },
  };
}
