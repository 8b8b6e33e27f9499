import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHome } from '../../src/db/home.ts';
import { evaluate, evaluation } from '../../src/db/queries/evaluate-predicate.ts';
import { findCustomer } from '../../src/db/queries/find-customer.ts';
import { runningDatabase } from '../../src/embedded/running-database.ts';
import { personas } from '../../src/personas/index.ts';
import { indexSegments } from '../../src/routing/segment-index.ts';
import { segmentReport } from '../../src/segment-report/segment-command.ts';
import { parseSegmentOptions } from '../../src/segment-report/segment-options.ts';
import { sqlText } from '../../src/segment-report/sql-text.ts';
import { segments } from '../../src/segments/index.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const today = '2026-05-01T12:00:00.000Z';
const now = new Date(today);
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  const shop = routingOver(database.sql, [], today, [], indexSegments(segments, personas));
  const order = (userId: string, n: number): GivenEvent => ({
    ...{ userId, name: 'Order Completed', at: '2026-04-20T00:00:00Z' },
    properties: { order_id: `${userId}-${n}`, total: 100, coupon: 'it\'s "10" \\ off' },
  });
  const tier = { kind: 'identify', userId: 'joan', traits: { loyalty_tier: 'gold' } } as const;
  await shop.acceptAndRoute(order('jane', 1), order('jane', 2), order('jane', 3), order('jim', 1), tier);
});
afterAll(() => database[Symbol.asyncDispose]());

const say = (...args: string[]) => {
  const options = parseSegmentOptions(args);
  if (options === 'help') throw new Error('help was asked for');
  return segmentReport({ sql: database.sql, segments, now }, options);
};

test('the SQL that is shown finds those whom the definition finds', async () => {
  for (const { name, where } of segments) {
    const found = await evaluate(database.sql, where, { who: 'everybody', now });
    const text = sqlText((sql) => evaluation(sql, where, { who: 'everybody', now }));
    const shown = await database.sql.unsafe<{ customer_id: string; holds: boolean }[]>(text);
    const idsOf = (rows: string[]) => [name, ...rows.sort()];
    expect(idsOf(shown.map((row) => `${row.customer_id} ${row.holds}`))).toEqual(
      idsOf(found.map((row) => `${row.customerId} ${row.holds}`)),
    );
  }
  const values = ["it's", 'a "quoted" \\ word'];
  const text = sqlText((sql) => sql`select ${values[0]!}::text as ${sql('one')}, ${values}::text[] as two`);
  expect([...(await database.sql.unsafe(text))]).toEqual([{ one: values[0], two: values }]);
});

test('a segment is said in words, in SQL and as a plan, with how many are in it and the first of them', async () => {
  const said = await say('loyal-shoppers');
  const jane = await findCustomer(database.sql, 'jane');
  expect(said).toContain('loyal-shoppers: has placed at least 3 orders, (has placed');
  expect(said).toContain(
    '\n  any of\n    has placed at least 3 orders\n    all of\n      has placed at least 2',
  );
  expect(said).toMatch(/SQL for everybody, at 2026-05-01T12:00:00.000Z\n {2}select t.id as customer_id/);
  expect(said).toMatch(/Plan\n {2}.*\(cost=/);
  expect(said).not.toContain('actual time');
  expect(said).toContain(`Members by this definition now: 2; routing keeps 2, computed ${today}\n`);
  expect(said).toContain(`\n  ${jane}  jane`);
  expect(await say('loyal-shoppers', '--analyze')).toContain('actual time');
  expect(await say('lapsed')).toContain('Members by this definition now: 0; routing keeps 0, computed');
});

test('for a customer it is said line by line which part holds', async () => {
  const jim = await findCustomer(database.sql, 'jim');
  const said = await say('first-time-buyers', '--customer', 'jim');
  expect(said.split('\n').slice(2)).toEqual([
    `Holds for jim (${jim}) at ${today}; routing keeps them as a member since 2026-04-20T00:00:00.000Z`,
    '  yes  all of',
    '  yes    has placed exactly 1 order  (once, last on 2026-04-20)',
    '  yes    has placed an order in the last 120 days  (once, last on 2026-04-20)',
  ]);
  expect(await say('first-time-buyers', '--customer', 'jane')).toContain(
    'routing keeps them not as a member\n  no   all of\n  no     has placed exactly 1 order',
  );
  await expect(say('lapsed', '--customer', 'nobody')).rejects.toThrow('Nobody has "nobody" as internal id');
});

test('without a name all of them are listed; a wrong name is answered with the one that may be meant', async () => {
  const said = await say();
  for (const { name } of segments) expect(said).toMatch(new RegExp(`^${name} +\\S`, 'm'));
  expect(said).toMatch(/^ +2, computed 2026-05-01/m);
  await expect(say('loyal-shopper')).rejects.toThrow('did you mean loyal-shoppers?');
  const wrong: [string[], string][] = [
    [['a', 'b'], 'one NAME at a time'],
    [['--customer', 'jane'], 'There is no NAME'],
    [['lapsed', '--customer', ''], '--customer has no ID'],
    [['lapsed', '--customers', 'jane'], '--customers'],
  ];
  for (const [args, words] of wrong) expect(() => parseSegmentOptions(args)).toThrow(words);
});

test('where no Kairos runs, it says what to start', async () => {
  const home = await mkdtemp(join(tmpdir(), 'kairos-segment-'));
  try {
    await expect(runningDatabase({ KAIROS_HOME: home })).rejects.toThrow('Start it with npm start');
    const DATABASE_URL = 'postgres://nobody@127.0.0.1:9/nothing';
    await expect(runningDatabase({ KAIROS_HOME: home, DATABASE_URL })).rejects.toThrow('does not answer');
  } finally {
    await rm(home, { recursive: true });
  }
});

test('the command asks the database that is named', async () => {
  await openHome(database.sql, { clockSpeed: 1, realNow: now });
  const args = ['--import', 'tsx', 'src/bin/segment.ts', 'loyal-shoppers', '--customer', 'joan'];
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toContain(
    'yes    loyalty_tier is gold or platinum  (loyalty_tier is "gold", observed on 2026-05-01)',
  );
});
