import { expect, test } from 'vitest';
import { insertEvents, type NewEvent } from '../../src/db/queries/insert-events.ts';
import { deleteOldEvents, deleteOldMessageIds } from '../../src/db/queries/old-events.ts';
import { routeBatch } from '../../src/routing/route-batch.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { messageMark } from '../../src/domain/message-mark.ts';
import { newId } from '../../src/ids.ts';
import { testDatabase } from '../support/database.ts';
import { everyTable } from '../support/every-table.ts';
import { routingOver } from '../support/routing.ts';

const day = 86_400_000;

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const it = routingOver(sql, []);
  const accept = (messageId: string, over: Partial<NewEvent> = {}) =>
    sql.begin((tx) =>
      insertEvents(tx, [
        {
          ...{
            id: newId(it.clock),
            messageId,
            kind: 'track',
            name: 'Product Viewed',
            source: null,
            subject: null,
          },
          ...{ userId: 'ada', anonymousId: null, previousId: null, admin: false },
          ...{ body: { properties: { sku: 'pot' } }, occurredAt: it.clock.now(), receivedAt: it.clock.now() },
          ...over,
        },
      ]),
    );
  const column = async (query: string) => (await sql.unsafe<{ it: string }[]>(query)).map((row) => row.it);
  return {
    ...it,
    ...{ sql, database, accept },
    passDays: (days: number) => it.moveTo(new Date(it.clock.now().getTime() + days * day).toISOString()),
    route: () => routeBatch(it.context, 500),
    sweep: async (pace?: { atOnce: number; most: number }) => [
      await deleteOldEvents(sql, it.clock.now(), pace),
      await deleteOldMessageIds(sql, it.clock.now(), pace),
    ],
    events: () => column('select message_id as it from events order by seq'),
    marks: () => column('select mark as it from message_ids'),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

test('they are kept for longer than the 30 days for which a repetition is promised to change nothing', () => {
  expect(bounds.eventDays).toBeGreaterThanOrEqual(30);
});

test('what has been kept for as long as is promised goes; a repetition is known until then, and counts anew after it', async () => {
  await using it = await setup();
  await it.accept('old');
  await it.route();
  it.passDays(bounds.eventDays - 0.01);
  await it.accept('young');
  await it.route();
  expect(await it.sweep()).toEqual([0, 0]);
  expect((await it.accept('old')).size, 'a repetition').toBe(0);
  it.passDays(0.02);
  expect(await it.sweep()).toEqual([1, 1]);
  expect(await it.events()).toEqual(['young']);
  expect(await it.marks()).toEqual([messageMark(null, 'young')].map(dashed));
  expect((await it.accept('old')).size).toBe(1);
});

test('what has not taken effect stays, however old, and holds back nothing that is younger', async () => {
  await using it = await setup();
  for (const id of ['a', 'b', 'c', 'd', 'e']) await it.accept(id);
  await it.sql`delete from unrouted where seq in (select seq from events where message_id in ('a', 'c', 'e'))`;
  it.passDays(bounds.eventDays + 1);
  expect((await it.sweep({ atOnce: 2, most: 100 }))[0]).toBe(3);
  expect(await it.events()).toEqual(['b', 'd']);
  await it.route();
  expect((await it.sweep())[0]).toBe(2);
});

test('no more goes at once, or in an hour, than is said', async () => {
  await using it = await setup();
  for (const id of ['a', 'b', 'c', 'd', 'e']) await it.accept(id);
  await it.route();
  it.passDays(bounds.eventDays + 1);
  expect(await it.sweep({ atOnce: 2, most: 4 })).toEqual([4, 4]);
  expect(await it.events()).toEqual(['e']);
});

test('what events did stays: of all tables only these two change', async () => {
  await using it = await setup();
  await it.accept('m-1', { name: 'Order Completed', body: { properties: { order_id: 'o-1', total: 10 } } });
  await it.accept('m-2');
  await it.route();
  it.passDays(bounds.eventDays + 1);
  const before = await rowsOf(it.sql);
  expect(await it.sweep()).toEqual([2, 2]);
  const after = await rowsOf(it.sql);
  expect(after).toEqual({ ...before, events: 0, message_ids: 0 });
  expect(after['customer_events']).toBe(2);
});

test('the sweep finds what is old by an index, and reads nothing that is young', async () => {
  await using it = await setup();
  await it.sql`
    insert into message_ids (mark, at)
    select gen_random_uuid(), ${it.clock.now()}::timestamptz - n * interval '1 minute' from generate_series(1, 20000) n`;
  await it.sql`analyze message_ids`;
  const plan = await it.sql`
    explain select mark from message_ids where at < ${it.clock.now()}::timestamptz - interval '10 days'
    order by at limit 1000`;
  expect(JSON.stringify(plan)).toContain('message_ids_at');
});

/** As PostgreSQL writes a uuid. */
const dashed = (mark: string) => mark.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

async function rowsOf(sql: Parameters<typeof everyTable>[0]): Promise<Record<string, number>> {
  const tables = await everyTable(sql);
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await sql.unsafe<{ count: number }[]>(`select count(*)::int as count from ${table}`);
    counts[table] = row!.count;
  }
  return counts;
}
