import { expect, test } from 'vitest';
import type { Sql } from '../../src/db/connect.ts';
import { closeRun } from '../../src/db/queries/close-run.ts';
import { closeWatchRun } from '../../src/db/queries/close-watch-run.ts';
import { closeAsFailed } from '../../src/db/queries/owed-dispatches.ts';
import { upsertProducts } from '../../src/db/queries/upsert-products.ts';
import { newId } from '../../src/ids.ts';
import { cheaperNow } from '../../src/messages/cheaper-now.ts';
import { costs, looked, ordered, shelf, sku, startDrops } from '../support/price-drops.ts';

type Closing = Parameters<typeof closeRun>[1] & Parameters<typeof closeWatchRun>[1];

test('who saw it cost more is told what they saw and what it costs; who saw only the lower price is not', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace', 'hedy', 'mary');
  await it.happens(0, costs(100));
  await it.happens(1, looked('ada'), looked('grace', { properties: { sku, price: '90', currency: 'eur' } }));
  await it.happens(1, costs(81.5), looked('hedy'));
  expect(await it.gather()).toBe(1);
  expect(await it.served(), 'grace saw 90, and 10 % less is 81').toEqual(['ada']);
  expect(it.sent[0]!.content).toMatchObject({
    subject: expect.stringContaining('now costs €81.50') as string,
  });
  expect(JSON.stringify(it.sent[0]!.content)).toContain('it cost €100.00');
  expect(JSON.stringify(it.sent[0]!.content)).toContain('18% less');
});

test('once a drop: told of a price is to have seen it, a lower one counts anew, and so does a newer look', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace');
  await it.happens(0, costs(100), looked('ada'), looked('grace'));
  await it.happens(1, costs(80));
  expect((await it.told()).sort()).toEqual(['ada', 'grace']);
  await it.happens(1, costs(90));
  await it.happens(1, looked('grace'));
  await it.happens(1, costs(80));
  expect(await it.told(), 'to grace it is a drop from 90').toEqual(['grace']);
  await it.happens(1, costs(73));
  expect(await it.told(), 'no 10 % less than 80').toEqual([]);
  await it.happens(1, costs(60));
  expect((await it.told()).sort()).toEqual(['ada', 'grace']);
});

test('by percent, by amount, or by either, as an operator has set it; and only looks of so long ago', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace');
  await it.happens(0, costs(100), looked('ada'));
  await it.happens(24 * 5, looked('grace'));
  await it.happens(1, costs(95));
  expect(await it.gather()).toBe(0);
  await it.set({ amountMinor: 500 });
  await it.happens(1, costs(94.99));
  expect(await it.gather(), 'five euros and a cent').toBe(2);
  await it.set({ percent: 5.5, amountMinor: 0 });
  await it.happens(1, costs(94.6));
  expect(await it.gather()).toBe(0);
  await it.happens(1, costs(94.5));
  expect(await it.gather()).toBe(2);
  await it.set({ percent: 0, amountMinor: 0, within: '2 days' });
  await it.happens(1, costs(94.4));
  expect(await it.gather(), 'any drop, who looked five days later').toBe(1);
});

test('not for who bought it at any price, ever, or a substitute since they looked; a cancelled order is none', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace', 'hedy', 'mary', 'late');
  const product = {
    ...{ sku, productId: null, title: 'Pot', priceMinor: 1, currency: 'EUR', category: null, url: null },
    ...{ imageUrl: null, substitutes: ['pan'], rating: null, reviews: [] },
  };
  await it.sql.begin((tx) => upsertProducts(tx, [product], it.clock.now()));
  await it.happens(0, costs(100), ordered('ada'), ordered('mary', 'pan'));
  const everybody = ['ada', 'grace', 'hedy', 'mary', 'late'].map((id) => looked(id));
  await it.happens(24 * 400, ...everybody);
  await it.happens(1, ordered('grace', 'pan'), ordered('hedy'), ordered('late'));
  const id = 'order of hedy';
  await it.happens(1, { name: 'Order Cancelled', userId: 'hedy', properties: { order_id: id } });
  await it.happens(1, { name: 'Order Cancelled', userId: 'late', properties: { order_id: 'order of late' } });
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(3);
  // Bought before it was gathered, and heard of after that.
  const yesterday = new Date(it.clock.now().getTime() - 86_400_000).toISOString();
  await it.happens(0, { ...ordered('late', sku, 'another'), at: yesterday });
  expect((await it.served()).sort()).toEqual(['hedy', 'mary']);
});

test('not when it is sold out, at the gathering or at the gate; unknown stock is not sold out', async () => {
  await using it = await startDrops();
  await it.people('ada');
  await it.happens(0, shelf(0), costs(100), looked('ada'));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(0);
  await it.happens(1, shelf(3));
  await it.happens(1, costs(70));
  expect(await it.gather()).toBe(1);
  await it.happens(1, shelf(0));
  expect(await it.wave()).toBeNull();
  expect(await it.sql`select reason from waiting_entries`).toEqual([{ reason: 'over' }]);
});

test('of what there is little no more are told than can have it; the next wave counts the shelf anew', async () => {
  await using it = await startDrops();
  const ids = Array.from({ length: 13 }, (_, n) => `p${n}`);
  await it.people(...ids);
  await it.happens(0, shelf(2), costs(100), ...ids.map((id) => looked(id)));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(13);
  expect(await it.wave()).toMatchObject({ units: 2, places: 10, used: 10, goesOn: true });
  await it.happens(1, shelf(0));
  expect(await it.wave()).toBeNull();
});

test('when the price has risen before the send, who knows no higher one is passed over, with words; for nobody left it is over', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace');
  await it.happens(0, costs(120), looked('ada'));
  await it.happens(1, costs(100));
  await it.happens(1, looked('grace'));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(2);
  await it.happens(1, costs(95));
  expect(await it.served(), 'from 120 it is a drop').toEqual(['ada']);
  expect(await it.words('grace')).toContain(
    'it costs 95.00 EUR now; they saw 100.00 EUR, and 10 % less would be 90.00 EUR',
  );
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(2);
  await it.happens(1, costs(99));
  expect(await it.wave()).toBeNull();
});

test('an even lower price meanwhile is told as it is, and counts as told; who looked meanwhile knows it', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace');
  await it.happens(0, costs(100), looked('ada'), looked('grace'));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(2);
  await it.happens(1, costs(60));
  await it.happens(1, looked('grace'));
  expect(await it.served()).toEqual(['ada']);
  expect(JSON.stringify(it.sent[0]!.content)).toContain('€60.00');
  expect(await it.words('grace')).toContain('they saw 60.00 EUR');
  expect(await it.gather(), 'the run has heard of 60 as well').toBe(0);
});

test('prices in other currencies are not compared, and the first that is known is no drop', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace');
  await it.happens(0, looked('ada', { properties: { sku, price: 100, currency: 'USD' } }));
  await it.happens(1, looked('grace', { properties: { sku, price: 15_000, currency: 'JPY' } }));
  await it.happens(1, costs(50));
  expect(await it.run(), 'the first wakes nobody').toBeNull();
  const yen = { properties: { priceMinor: 4_000, currency: 'JPY' } };
  await it.happens(1, costs(0, yen));
  expect(await it.run(), 'nor does another currency').toBeNull();
  await it.happens(1, costs(0, { properties: { priceMinor: 3_000, currency: 'JPY' } }));
  expect(await it.told(), 'yen have no cents').toEqual(['grace']);
});

test('reports that are repeated or late wake nobody twice', async () => {
  await using it = await startDrops();
  await it.people('ada');
  await it.happens(0, costs(100), looked('ada'));
  await it.happens(2, costs(80));
  expect(await it.told()).toEqual(['ada']);
  const woken = (await it.run())!.seq;
  await it.happens(1, costs(80));
  const before = new Date(it.clock.now().getTime() - 2 * 3_600_000).toISOString();
  await it.happens(0, costs(70, { at: before }));
  expect((await it.run())!.seq).toBe(woken);
  expect(await it.told()).toEqual([]);
});

test('who was gathered for an earlier price and not served keeps nobody from a new drop', async () => {
  await using it = await startDrops();
  await it.people('ada', 'grace');
  await it.happens(0, costs(100), looked('ada'));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(1);
  await it.happens(1, costs(200));
  await it.happens(1, looked('grace'));
  await it.happens(1, costs(150));
  expect(await it.told(), 'to ada, who still waited from 100, it is none').toEqual(['grace']);
});

test.each([
  ['is cancelled', closeRun],
  ['is over in Temporal', (sql: Sql, close: Closing) => sql.begin((tx) => closeWatchRun(tx, close))],
  ['Temporal refuses', (sql: Sql, { runId, at }: Closing) => closeAsFailed(sql, runId, at)],
])('nobody waits for a run that %s; who waits in a waiting list does', async (_, close) => {
  await using it = await startDrops();
  await it.people('ada');
  await it.happens(0, costs(100), looked('ada'));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(1);
  await it.sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select gen_random_uuid(), 'restock', customer_id, sku, since, state from waiting_entries`;
  const [{ id: runId, seq: heard }, at] = [(await it.run())!, it.clock.now()];
  await close(it.sql, { runId, outcome: 'cancelled', heard, at, endedAt: at, newId: newId(it.clock) });
  expect(await it.sql`select list, state, reason, ended_at from waiting_entries order by list`).toEqual([
    { list: 'restock', state: 'waiting', reason: null, ended_at: null },
    { list: 'watch:priceDrop', state: 'closed', reason: 'over', ended_at: at },
  ]);
});

test('what nobody ever looked at wakes nobody when it becomes cheaper, by its sku or its product id', async () => {
  await using it = await startDrops();
  await it.people('ada');
  await it.happens(0, costs(100));
  await it.happens(1, costs(50));
  expect(await it.run()).toBeNull();
  await it.happens(1, looked('ada', { properties: { product_id: sku } }));
  await it.happens(1, costs(40));
  expect(await it.run()).not.toBeNull();
});

test('who asks again what a wave came to, or whether there is one, is told the same', async () => {
  await using it = await startDrops();
  await it.people('ada');
  await it.happens(0, costs(100), looked('ada'));
  await it.happens(1, costs(80));
  expect(await it.gather()).toBe(1);
  const end = await it.wave();
  expect(end).toMatchObject({ used: 1, unitsLeft: null, goesOn: false });
  const { id: runId } = (await it.run())!;
  const message = cheaperNow.name;
  expect(await it.waves.endWave({ runId, wave: 1, message })).toEqual(end);
  await it.happens(1, costs(79));
  expect(await it.gather()).toBe(0);
  const none = { kind: 'none', soldOut: false };
  expect(await it.waves.beginWave({ runId, wave: 2, message })).toEqual(none);
  expect(await it.waves.beginWave({ runId, wave: 2, message })).toEqual(none);
});
