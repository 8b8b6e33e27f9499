import { expect, test } from 'vitest';
import { journeyDefinitions, watchDefinitions } from '../../workflows/definitions.ts';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { openRun } from '../support/open-run.ts';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';

test('runs that should have ended, and those that have failed of late, are counted by their journey or watch', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, journeys: journeyDefinitions(), watches: watchDefinitions() });
  const clock = createClock(realTime);
  const open = async (over: { name?: string; opened: string; outcome?: string; closed?: string }) => {
    const { input } = await openRun(database, clock, over);
    await database.sql`
      update runs set opened_at = opened_at - ${over.opened}::interval,
        state = ${over.outcome ? 'closed' : 'open'}, outcome = ${over.outcome ?? null},
        closed_at = case when ${over.closed ?? null}::text is null then null
          else opened_at - ${over.closed ?? null}::interval end
      where id = ${input.runId}`;
  };
  await open({ opened: '10 days 20 minutes' });
  await open({ opened: '10 days 5 minutes' });
  await open({ opened: '11 days', outcome: 'lost', closed: '1 minute' });
  await open({ opened: '1 day', outcome: 'failed', closed: '1 minute' });
  await open({ opened: '1 day', outcome: 'failed', closed: '50 minutes' });
  await open({ opened: '1 day', outcome: 'failed', closed: '70 minutes' });
  await open({ name: 'backInStock', opened: '3000 days' });
  await open({ name: 'backInStock', opened: '1 day', outcome: 'failed', closed: '1 minute' });
  const text = String((await api.get('/metrics', {})).body['text']);
  expect(text).toContain('kairos_runs_troubled{name="abandonedCart",trouble="stuck"} 1\n');
  expect(text).toContain('kairos_runs_troubled{name="abandonedCart",trouble="failed"} 2\n');
  expect(text).toContain('kairos_runs_troubled{name="backInStock",trouble="stuck"} 0\n');
  expect(text).toContain('kairos_runs_troubled{name="backInStock",trouble="failed"} 1\n');
});
