import { expect, test } from 'vitest';
import { openDeliveries, openDeliveriesQuery } from '../../src/db/queries/open-deliveries.ts';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testDatabase } from '../support/database.ts';
import { openRun } from '../support/open-run.ts';

test('deliveries that are not settled are read page by page, along an index that holds no others', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const { input } = await openRun(database, createClock(realTime));
  await sql`
    insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, verdicts, at)
    select gen_random_uuid(), id, customer_id, name, 'nudge', i, 'help',
      case when i % 10 = 0 then 'waiting' else 'accepted' end, '[]', opened_at
    from runs, generate_series(1, 20000) i where id = ${input.runId}`;
  await sql`analyze deliveries`;
  const first = await openDeliveries(sql, null, 1_200);
  const second = await openDeliveries(sql, first.at(-1)!, 1_200);
  expect([first.length, second.length]).toEqual([1_200, 800]);
  expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(2_000);
  expect(first[0]).toEqual({ id: first[0]!.id, runId: input.runId, state: 'waiting', isOver: false });
  const plan = await sql`explain ${openDeliveriesQuery(sql, first[0]!, 12)}`;
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('deliveries_open');
});
