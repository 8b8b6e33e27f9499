import { ApplicationFailure } from '@temporalio/common';
import type { Sql } from '../src/db/connect.ts';
import { runDate } from '../src/db/queries/run-date.ts';
import { nextLocalTime } from '../src/domain/local-time.ts';
import { startFor } from '../src/domain/occasion.ts';
import { zoneOf } from '../src/domain/zone.ts';
import { readShopSettings } from '../src/shop-settings.ts';
import type { JourneyActivities } from './contract.ts';

/** The activities that know what time it is where the customer is: zones change, and no workflow may know them. */
export function createLocalTimes(sql: Sql): Pick<JourneyActivities, 'nextLocalTime' | 'occasionMoment'> {
  return {
    async nextLocalTime({ runId, at, from }) {
      const { zone } = await dateOfRun(sql, runId);
      return nextLocalTime(from, at, zone);
    },
    async occasionMoment({ runId, at, offset }) {
      const { key, zone } = await dateOfRun(sql, runId);
      if (!/^\d{4}-\d\d-\d\d$/.test(key)) {
        throw ApplicationFailure.nonRetryable(
          `The run ${runId} is about no occasion: only a journey that starts on a date can wait for it.`,
          'not-found',
        );
      }
      return startFor({ yearly: false, offset, at }, key, zone);
    },
  };
}

async function dateOfRun(sql: Sql, runId: string): Promise<{ key: string; zone: string }> {
  const found = await runDate(sql, runId);
  if (!found)
    throw ApplicationFailure.nonRetryable(`There is no run ${runId} in this database.`, 'not-found');
  return { key: found.key, zone: zoneOf(found.timezone, readShopSettings(found.shop).timezone) };
}
