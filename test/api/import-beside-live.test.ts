import { expect, test } from 'vitest';
import { awaitRoom } from '../../api/import/await-room.ts';
import { createClock } from '../../src/clock.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import { runRouter } from '../../src/routing/router.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { admin, testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { acceptEvents, routingOver } from '../support/routing.ts';

const lines = 5_000;

function* file() {
  for (let n = 0; n < lines; n += 1) {
    const properties = { product_id: `p${n % 100}`, cart_id: `c${n}`, price: 10 };
    const at = '2024-05-01T12:00:00Z';
    yield `${JSON.stringify({ event: 'Product Added', userId: `u${n % 900}`, timestamp: at, properties })}\n`;
  }
}

test('what happens live waits behind no more of an import than the bound, however long the file', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await using api = await testApi({ database });
  const { context } = routingOver(sql, [abandonedCart]);
  const stop = new AbortController();
  const wakeup = new Wakeup();
  const clock = createClock(realTime);
  const parts = { context: { ...context, clock }, wakeup, onDispatches: () => {}, log: silentLog };
  const subscription = await sql.listen('kairos_events', () => wakeup.wake());
  const routing = runRouter(parts, stop.signal);
  const importing = api.post('/v1/import/events?name=past', [...file()].join(''), admin);
  let isOver = false;
  void importing.finally(() => (isOver = true));
  let [live, most] = [0, 0];
  await eventually(
    'the import to begin',
    async () => (await sql`select from imports where lines > 0`).length > 0,
  );
  while (!isOver) {
    const messageId = `live-${live}`;
    await api.post('/v1/track', { event: 'Product Added', userId: messageId, messageId, properties: {} });
    const [ahead] = await sql<{ n: number }[]>`select count(*)::int as n from unrouted where imported`;
    most = Math.max(most, ahead!.n);
    await eventually('the live event to take effect', async () => {
      return (
        (
          await sql`select from runs r join events e on e.id = r.entry_event_id
        where e.message_id = ${messageId}`
        ).length > 0
      );
    });
    live += 1;
  }
  expect((await importing).body).toMatchObject({ lines, accepted: lines, rejected: 0 });
  stop.abort();
  await routing;
  await subscription.unlisten();
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(bounds.importUnrouted);
  expect(live).toBeGreaterThan(1);
  expect(await sql`select count(*)::int as n from runs`, 'the import started none').toEqual([{ n: live }]);
});

test('an import of which nobody routes anything says so, after a while', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const clock = createClock(realTime);
  await acceptEvents(sql, clock, [{ name: 'Product Viewed', userId: 'u1', imported: true }]);
  await sql`update unrouted set imported = true`;
  await awaitRoom({ sql, clock }, bounds.importUnrouted - 2, 0);
  const stalled = awaitRoom({ sql, clock }, bounds.importUnrouted - 1, 0);
  await expect(stalled).rejects.toMatchObject({ code: 'unavailable' });
});
