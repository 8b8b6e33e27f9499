import { expect, test } from 'vitest';
import {
  customers,
  dispatches,
  gatherings,
  priceHistory,
  productNews,
  runProducts,
  runs,
  waitingEntries,
  waves,
  worldStates,
} from '../../src/db/schema/index.ts';
import { createClock } from '../../src/clock.ts';
import { deleteOldWaves } from '../../src/db/queries/forget-waves.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { forgetWorld } from '../../src/routing/housekeeping.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { testDatabase } from '../support/database.ts';
import { explaining } from '../support/explaining.ts';

const clock = createClock(realTime, () => Date.parse('2026-05-01T12:00:00.000Z'));
const ago = (days: number) => new Date(clock.now().getTime() - days * 86_400_000);
const dayAgo = (days: number) => ago(days).toISOString().slice(0, 10);

test('what happened in the world is kept for as long as the bounds say, and what an open run may come back to', async () => {
  await using database = await testDatabase();
  const { db, sql } = database;
  const [open, closed, customerId] = [newId(clock), newId(clock), newId(clock)];
  const old = ago(bounds.waveDays + 1);
  const run = (id: string, n: number) => ({
    ...{ id, name: 'weather', version: 1, subject: 'bremen', key: '', n, workflowId: `weather/bremen//${n}` },
    ...{ first: { at: 0, device: null }, carries: {}, settings: {}, openedAt: old, lastActivityAt: old },
  });
  await db.insert(runs).values([
    { ...run(closed, 1), state: 'closed', outcome: 'told', closedAt: old },
    { ...run(open, 2), state: 'open' },
  ]);
  const told = { runId: open, kind: 'event', occurredAt: old, carries: {}, doneAt: old } as const;
  await db.insert(dispatches).values([
    { ...told, seq: 2 },
    { ...told, seq: 3 },
  ]);
  const gathering = { wake: 'frost', eventId: newId(clock), at: old, customers: 1, endedAt: old };
  await db.insert(gatherings).values([
    { ...gathering, runId: closed, seq: 0 },
    // It was terminated, and its gathering never ended.
    { ...gathering, runId: closed, seq: 1, endedAt: null },
    { ...gathering, runId: closed, seq: 2, at: ago(bounds.waveDays - 1) },
    { ...gathering, runId: open, seq: 1 },
    // It would be told of it again if it were started anew.
    { ...gathering, runId: open, seq: 2 },
    { ...gathering, runId: open, seq: 3, endedAt: null },
  ]);
  const wave = { beganAt: old, nextAt: old, endedAt: old, places: 1, allowed: 1 };
  await db.insert(waves).values([
    { ...wave, runId: closed, wave: 1 },
    { ...wave, runId: open, wave: 1 },
    { ...wave, runId: open, wave: 2 },
  ]);
  await db.insert(customers).values({ id: customerId, armKey: 'a', traits: {}, createdAt: old });
  const entry = { customerId, list: 'watch:weather', sku: 'bremen', since: old, endedAt: old };
  await db.insert(waitingEntries).values([
    { ...entry, id: newId(clock), state: 'closed', reason: 'over' },
    { ...entry, id: newId(clock), state: 'closed', reason: 'over', endedAt: ago(bounds.waveDays - 1) },
    { ...entry, id: newId(clock), state: 'consumed' },
  ]);
  const state = { type: 'weather.forecast', subject: 'bremen', source: 'met', data: {}, at: ago(100) };
  await db.insert(worldStates).values([
    { ...state, place: dayAgo(bounds.pastStateDays + 1) },
    { ...state, place: dayAgo(bounds.pastStateDays - 1) },
    { ...state, type: 'tide.level', place: '2020-01-01' },
    { ...state, type: 'tide.level', place: 'north', at: ago(bounds.stateDays + 1) },
  ]);
  const price = { sku: 'pot', source: 'shop', currency: 'EUR' };
  await db.insert(priceHistory).values([
    { ...price, at: ago(bounds.priceHistoryDays + 2), priceMinor: 1 },
    { ...price, at: ago(bounds.priceHistoryDays + 1), priceMinor: 2 },
  ]);
  const news = { sku: 'pot', eventId: newId(clock) };
  await db.insert(productNews).values([
    { ...news, crossing: 'price falls', occurredAt: ago(bounds.productNewsDays + 1) },
    { ...news, crossing: 'stock falls 0', occurredAt: ago(1) },
  ]);
  await db.insert(runProducts).values([
    { runId: closed, sku: 'pot' },
    { runId: open, sku: 'pot' },
  ]);
  await forgetWorld({ sql, clock, watches: watchDefinitions() });
  const left = async (table: string, columns: string) =>
    (await sql.unsafe(`select concat_ws(' ', ${columns}) as row from ${table} order by 1`)).map(
      ({ row }) => row as string,
    );
  expect(await left('gatherings', `case run_id when '${open}' then 'open' else 'closed' end, seq`)).toEqual([
    ...['closed 2', 'open 2', 'open 3'],
  ]);
  expect(await left('waves', `run_id = '${open}', wave`)).toEqual(['t 2']);
  expect(await left('waiting_entries', 'state, reason'), 'who was told stays').toEqual([
    ...['closed over', 'consumed'],
  ]);
  expect(await left('world_states', 'type, place')).toEqual([
    ...['tide.level 2020-01-01', `weather.forecast ${dayAgo(bounds.pastStateDays - 1)}`],
  ]);
  expect(await left('price_history', 'price_minor')).toEqual(['2']);
  expect(await left('product_news', 'crossing')).toEqual(['stock falls 0']);
  expect(await left('run_products', `run_id = '${open}'`)).toEqual(['t']);
});

test('what is old is found by its age, however much there is of what is not', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const before = `case when n <= 50 then '${ago(bounds.waveDays + 1).toISOString()}' else '${ago(1).toISOString()}' end::timestamptz`;
  await sql.unsafe(`
    insert into runs (id, name, version, subject, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
    select md5('run ' || n)::uuid, 'weather', 1, n::text, '', 1, 'w/' || n, '{}', '{}', '{}', ${before}, ${before}
    from generate_series(1, 5000) n;
    insert into dispatches (run_id, seq, kind, occurred_at, carries, done_at)
    select id, s, 'event', opened_at, '{}', opened_at from runs, generate_series(1, 2) s;
    insert into gatherings (run_id, seq, wake, event_id, at, customers) select id, 1, 'frost', id, opened_at, 1 from runs;
    insert into waves (run_id, wave, began_at, next_at, places, allowed)
    select id, w, opened_at, opened_at, 1, 1 from runs, generate_series(1, 2) w;
    insert into waiting_entries (id, list, customer_id, sku, since, state, reason, ended_at)
    select id, 'watch:weather', id, subject, opened_at, 'closed', 'over', opened_at from runs;
    analyze runs, dispatches, gatherings, waves, waiting_entries`);
  const explained = explaining(sql);
  await deleteOldWaves(explained.sql, clock.now());
  const [gathered, served, left] = explained.plans;
  expect(gathered).toContain('gatherings_at');
  expect(served).toContain('waves_began');
  expect(left).toContain('waiting_entries_over');
  for (const plan of explained.plans) expect(plan).not.toMatch(/Seq Scan on (runs|dispatches) /);
});
