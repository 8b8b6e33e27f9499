import { expect, test } from 'vitest';
import { CallBook } from '../../activities/call-book.ts';
import type { Sql } from '../../src/db/connect.ts';
import { heldOpen } from '../support/held-open.ts';
import { startWatching, type Watching } from '../support/watching.ts';

const addresses = (it: Watching) => it.channels.email.calls.flat().map(({ to }) => to);

/** A process whose first mark of a call is committed, and whose answer is told when the test says so. */
function slowToHear({ database: { sql } }: Watching) {
  const [heard, marked] = [heldOpen(), heldOpen()];
  let isFirst = true;
  const statement = (...given: Parameters<Sql>) => {
    const query = sql(...given);
    if (!isFirst || !given[0].join('?').includes('update deliveries d set calling_at = ?')) return query;
    isFirst = false;
    return (async () => {
      const rows = await query;
      marked.open();
      await heard.opened;
      return rows;
    })();
  };
  const begin = sql.begin.bind(sql);
  const database = {
    sql: Object.assign(statement, { json: (value: never) => sql.json(value), begin }) as unknown as Sql,
  };
  return { database, marked: marked.opened, hear: heard.open };
}

test('an attempt that was given up and begins its call just then: its successor in the process does not call as well', async () => {
  await using it = await startWatching();
  await it.line(5);
  await it.shelf(5);
  const { database, marked, hear } = slowToHear(it);
  const [looking, lookedEnough] = [heldOpen(), heldOpen()];
  let rendered = 0;
  const render = async () => {
    rendered += 1;
    if (rendered > 5) {
      looking.open();
      await lookedEnough.opened;
    }
    return { text: 'back' };
  };
  await it.database.sql`
    insert into waves (run_id, wave, began_at, next_at, units, places, allowed)
    values (${it.runId}, 1, ${it.clock.now()}, ${it.clock.now()}, 5, 5, 5)`;
  const [calling, answered] = [heldOpen(), heldOpen()];
  let isSlow = true;
  it.channels.email.answer = async () => {
    calling.open();
    if (isSlow) await answered.opened;
    return { kind: 'accepted', providerId: 'p' };
  };
  const serve = it.worker({ database, render });
  const first = serve(it.page());
  await marked;
  const second = serve(it.page());
  await looking.opened;
  hear();
  await Promise.race([first, calling.opened]);
  isSlow = false;
  lookedEnough.open();
  await second;
  answered.open();
  await first;
  expect(addresses(it).sort()).toEqual([0, 1, 2, 3, 4].map((n) => `p${n}@shop.example`));
  expect((await it.ledger()).map(({ state }) => state)).toEqual(Array(5).fill('accepted'));
});

test('a process knows the calls of all the pages it may serve at once', () => {
  const calls = new CallBook();
  const ids = Array.from({ length: 40_000 }, (_, n) => `delivery ${n}`);
  for (const id of ids) calls.permit(id, 1);
  expect(ids.filter((id) => !calls.take(id, 1))).toHaveLength(0);
});
