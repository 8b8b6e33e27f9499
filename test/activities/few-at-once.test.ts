import { expect, test } from 'vitest';
import { createWatchActivities } from '../../activities/watch.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { momentNote } from '../../src/messages/moment-note.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { holdTable } from '../support/hold-table.ts';
import { startWorld } from '../support/world.ts';

const moment = watchDefinitions().find(({ name }) => name === 'moment')!;

test('of many that would be gathered at once a few are; one that takes too long is broken off, and gathered again', async () => {
  await using world = await startWorld(moment, momentNote);
  const { database, clock, sql } = world;
  const topics = Array.from({ length: 20 }, (_, n) => `topic-${n}`);
  await world.people({ userId: 'ada' });
  await world.happens(
    { name: 'Product Viewed', userId: 'ada', properties: { category: 'tea' } },
    ...topics.map((subject) => ({
      ...{ kind: 'universal' as const, name: 'moment.occurred', source: '/newsroom', subject },
      properties: { title: subject, categories: ['tea'], regions: [] },
    })),
  );
  const runs = await sql<{ runId: string }[]>`select id as "runId" from runs`;
  expect(runs).toHaveLength(topics.length);
  const worker = createWatchActivities({
    ...{ database, clock, watches: [moment], gatherMs: 500 },
    ...{ attempt: () => 3, heartbeat: () => {} },
  });
  const gatherAll = () => Promise.allSettled(runs.map(({ runId }) => worker.gather({ runId, seq: 0 })));
  const held = await holdTable(database.url, 'waiting_entries');
  const [gathered] = await Promise.all([gatherAll(), sql`select 'the others of the pool are free'`]);
  await held.letGo();
  const reasons = gathered.map((one) => (one.status === 'rejected' ? (one.reason as object) : null));
  expect(reasons.slice(0, bounds.gathersAtOnce)).toEqual(
    Array(bounds.gathersAtOnce).fill(expect.objectContaining({ code: '57014' })),
  );
  expect(reasons.slice(bounds.gathersAtOnce)).toEqual(
    Array(topics.length - bounds.gathersAtOnce).fill(
      expect.objectContaining({ type: 'gathers-taken', category: 'BENIGN', nextRetryDelay: 1_125 }),
    ),
  );
  for (let left = topics.length; left > 0; left -= bounds.gathersAtOnce) await gatherAll();
  for (const { runId } of runs) expect(await worker.gather({ runId, seq: 0 })).toEqual({ customers: 1 });
  expect(await sql`select from waiting_entries`).toHaveLength(topics.length);
});
