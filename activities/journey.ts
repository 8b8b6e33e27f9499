import { ApplicationFailure } from '@temporalio/common';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/db/connect.ts';
import { cartItems } from '../src/db/queries/cart-items.ts';
import { closeRun } from '../src/db/queries/close-run.ts';
import { holdsForRun } from '../src/db/queries/holds-for-run.ts';
import { armFacts, recordArm } from '../src/db/queries/record-arm.ts';
import { lastActivity } from '../src/db/queries/last-activity.ts';
import type { Predicate } from '../src/define/predicate-data.ts';
import type { Segment } from '../src/define/segment.ts';
import { splitArmOf } from '../src/domain/split.ts';
import type { ErrorCode } from '../src/errors.ts';
import { cart } from '../src/projections/cart.ts';
import { segments } from '../src/segments/index.ts';
import type { JourneyActivities } from './contract.ts';
import { createLocalTimes } from './local-times.ts';

export interface JourneyActivityParts {
  database: Pick<Database, 'sql' | 'lookUps'>;
  clock: Clock;
  /** Those that journeys may ask for. */
  segments?: readonly Segment[];
}

/** What each projection reads, by its name and the name of the read. */
const reads: Record<string, Record<string, typeof cartItems>> = { [cart.name]: { items: cartItems } };

/** The activities on the queue of the journeys, on a database and a clock. What cannot succeed is not tried again. */
export function createJourneyActivities(parts: JourneyActivityParts): JourneyActivities {
  const { sql, lookUps } = parts.database;
  const bySegment = new Map(
    (parts.segments ?? segments).map(({ name, where }): [string, [Predicate]] => [name, [where]]),
  );
  return {
    async lastActivity({ runId }) {
      return known(await lastActivity(sql, runId), runId).getTime();
    },
    async readProjection({ runId, projection, read }) {
      const reader = reads[projection]?.[read];
      if (!reader) throw impossible('not-found', `Nothing reads ${read} of the projection ${projection}.`);
      return known(await reader(sql, runId), runId);
    },
    async isIn({ runId, segment }) {
      const declared = bySegment.get(segment);
      if (!declared)
        throw impossible('not-found', `There is no segment ${segment}: add it to src/segments/index.ts.`);
      return known(await holdsForRun(lookUps, declared, { runId, now: parts.clock.now() }), runId);
    },
    async drawArm({ runId, split, shares }) {
      const { armKey, journey } = known(await armFacts(sql, runId), runId);
      const arm = splitArmOf(armKey, { journey, split }, shares);
      return known(await recordArm(sql, { runId, split, arm }), runId);
    },
    ...createLocalTimes(sql),
    async closeRun({ runId, outcome, heard }) {
      return known(await closeRun(sql, { runId, outcome, heard, at: parts.clock.now() }), runId);
    },
  };
}

function known<T>(found: T | null, runId: string): T {
  if (found === null) throw impossible('not-found', `There is no run ${runId} in this database.`);
  return found;
}

function impossible(code: ErrorCode, sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, code);
}
