import { activityInfo, Context } from '@temporalio/activity';
import { bounds } from '../src/domain/bounds.ts';
import { beating } from './beating.ts';
import type { WatchActivities } from './contract.ts';
import { gathersTaken } from './try-again.ts';

/** How an activity that gathers says that it goes on, or is to be asked again. */
export interface GatherTurns {
  /** Which attempt of the activity this is, from 1; Temporal's count unless told. */
  attempt?: () => number;
  /** Says that an audience is being gathered, every few seconds; Temporal's unless told. */
  heartbeat?: () => void;
}

/**
 * Lets a worker gather a few audiences at once (`bounds.gathersAtOnce`): each keeps a connection for as long as it takes,
 * and hundreds of regions may have their frost in one forecast. Who comes over that keeps neither a connection nor a
 * place among the activities, and comes back.
 */
export function fewAtOnce(turns: GatherTurns, gather: WatchActivities['gather']): WatchActivities['gather'] {
  const { attempt = () => activityInfo().attempt, heartbeat = () => Context.current().heartbeat() } = turns;
  let underWay = 0;
  return async (asked) => {
    if (underWay >= bounds.gathersAtOnce) throw gathersTaken(attempt());
    underWay += 1;
    try {
      return await beating(heartbeat, () => gather(asked));
    } finally {
      underWay -= 1;
    }
  };
}
