import { expect, test } from 'vitest';
import type { RenderMessage } from '../../activities/gate-look.ts';
import { exportedPerson, exportSections } from '../../src/db/queries/export-customer.ts';
import { mostKeptBeside } from '../../src/db/queries/reckon-recommendations.ts';
import { message } from '../../src/define/message.ts';
import { newId } from '../../src/ids.ts';
import { silentLog } from '../../src/log.ts';
import { runHousekeeping } from '../../src/routing/housekeeping.ts';
import { refreshRecommendations } from '../../src/routing/recommendations.ts';
import { eventually } from '../support/eventually.ts';
import { ordered as saveOrders } from '../support/ordered.ts';
import { addCustomer, addRun, startSending, testJourney, type Sending } from '../support/sending.ts';
import { sku, startWatching, type Watching } from '../support/watching.ts';

const advice = message<object>({
  ...{ name: 'advice', purpose: 'transactional', channels: ['email'] },
  ...{ recommendations: 3, reviews: true, codes: 'spring' },
});
const render: RenderMessage = ({ data }) => ({ text: JSON.stringify(data) });

async function shop() {
  const it = await startSending([testJourney('cart')], { messages: [advice], render });
  const customerId = await addCustomer(it);
  return Object.assign(it, { customerId, ...(await addRun(it, customerId)) });
}

async function put(
  it: Sending | Watching,
  products: readonly { sku: string; category: string; product?: string }[],
) {
  for (const { sku, category, product = `${sku}-product` } of products)
    await it.database.sql`
      insert into products (sku, product_id, title, price_minor, currency, category, substitutes, rating, reviews, updated_at)
      values (${sku}, ${product}, ${sku}, 100, 'EUR', ${category}, '{}', 4.5,
        ${it.database.sql.json([{ author: 'Ada', rating: 5, text: `of ${sku}` }])}, ${it.clock.now()})`;
}

const ordered = (it: Sending, skus: readonly string[], customerId = newId(it.clock)) => {
  const order = { orderId: newId(it.clock), customerId, at: it.clock.now() };
  return saveOrders(it.database.sql, ...skus.map((sku) => ({ ...order, sku })));
};

async function seen(it: Sending, sku: string, times: number, by = () => newId(it.clock)) {
  const ids = Array.from({ length: times }, by);
  await it.database.sql`
    insert into customer_events (seq, customer_id, name, properties, occurred_at)
    select (select coalesce(max(seq), 0) from customer_events) + n, customer, 'Product Viewed',
      ${it.database.sql.json({ sku })}, ${it.clock.now()}
    from unnest(${ids}::uuid[]) with ordinality as c (customer, n)`;
}

const avoid = ({ database: { sql }, clock }: Sending | Watching, customerId: string, value: string[]) => {
  const avoids = { value, origin: 'stated', at: clock.now().toISOString() };
  return sql`update customers set traits = traits || ${sql.json({ avoids })} where id = ${customerId}`;
};

interface Said {
  items: { sku: string; rating: number | null; reviews: { text: string }[] }[];
  recommendations: { sku: string; basis: string }[];
}

async function saidAbout(it: Awaited<ReturnType<typeof shop>>, nth: number): Promise<Said> {
  const items = [
    { line: 'a', sku: 'kettle', productId: null, quantity: 1 },
    { line: 'b', productId: 'unknown' },
  ];
  expect(await it.send(it.ask({ message: 'advice', nth, data: { items } }))).toMatchObject({
    state: 'accepted',
  });
  return JSON.parse((it.channels.email.sent.at(-1)!.content as { text: string }).text) as Said;
}

test('what was bought together goes before what is seen most, never what the customer bought or avoids, or what is sold out', async () => {
  await using it = await shop();
  const { sql } = it.database;
  await sql`insert into codes (pool, code, added_at) select 'spring', n::text, '2026-01-01' from generate_series(1, 3) n`;
  const inTea = ['filter', 'cup', 'gone', 'owned', 'pot', 'tray'].map((sku) => ({ sku, category: 'tea' }));
  await put(it, [
    { sku: 'kettle', category: 'tea' },
    ...inTea,
    { sku: 'honey', category: 'Sweets' },
    { sku: 'large', category: 'tea', product: 'kettle-product' },
  ]);
  for (let n = 0; n < 3; n += 1) await ordered(it, ['kettle', 'filter', 'gone', 'owned', 'large', 'honey']);
  await avoid(it, it.customerId, ['sweets']);
  await ordered(it, ['kettle', 'cup']);
  await ordered(it, ['owned'], it.customerId);
  await sql`insert into stock (sku, units, at, sold_out_at) values ('gone', 0, ${it.clock.now()}, ${it.clock.now()}), ('cup', 2, ${it.clock.now()}, null)`;
  await seen(it, 'tray', 2);
  // One who reloads a page all day counts once.
  await seen(it, 'pot', 9, () => it.customerId);
  await seen(it, 'kettle', 5);
  expect((await saidAbout(it, 1)).recommendations).toEqual([]);
  await refreshRecommendations({ sql, clock: it.clock });
  const { items, recommendations } = await saidAbout(it, 2);
  expect(recommendations.map(({ sku, basis }) => [sku, basis])).toEqual([
    ['filter', 'bought-together'],
    ['cup', 'bought-together'],
    ['tray', 'most-seen'],
  ]);
  expect(items).toMatchObject([
    { sku: 'kettle', rating: 4.5, reviews: [{ text: 'of kettle' }] },
    { rating: null, reviews: [] },
  ]);
  const codes = await sql.begin(async (tx) =>
    exportSections['codes']!(tx, await exportedPerson(tx, it.customerId, 'secret')),
  );
  expect(codes.map(({ pool }) => String(pool))).toEqual(['spring', 'spring']);
});

test('on a page of a wave each is recommended what they do not avoid', async () => {
  const back = message<object>({ name: 'back', purpose: 'help', channels: ['email'], recommendations: 2 });
  await using it = await startWatching(undefined, { messages: [back], render });
  const [first] = await it.line(2);
  await avoid(it, first!, ['sweets']);
  await put(it, [
    { sku, category: 'tea' },
    { sku: 'cup', category: 'tea' },
    { sku: 'honey', category: 'Sweets' },
  ]);
  await it.database.sql`
    insert into recommendations (basis, beside, sku, count)
    values ('bought-together', ${sku}, 'honey', 2), ('bought-together', ${sku}, 'cup', 1)`;
  await it.shelf(2);
  await it.wave();
  const told = it.channels.email.calls.flat().map(({ content }) => {
    const { recommendations } = JSON.parse((content as { text: string }).text) as Said;
    return recommendations.map((product) => product.sku);
  });
  expect(told).toEqual([['cup'], ['honey', 'cup']]);
});

test('what goes with what is reckoned by whoever keeps house, over and over, and no more of it is kept than is shown', async () => {
  await using it = await shop();
  const { sql } = it.database;
  const many = Array.from({ length: mostKeptBeside + 3 }, (_, n) => `sku-${n}`);
  for (const sku of many) await ordered(it, ['kettle', sku]);
  const stop = new AbortController();
  const house = runHousekeeping({ sql, clock: it.clock, log: silentLog, watches: [] }, stop.signal);
  const kept = async () => (await sql`select sku from recommendations where beside = 'kettle'`).length;
  await eventually('what goes with a kettle', async () => (await kept()) > 0);
  stop.abort();
  await house;
  expect(await kept()).toBe(mostKeptBeside);
  await sql`delete from order_lines`;
  const held = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(4702009)`;
    expect(await refreshRecommendations({ sql, clock: it.clock })).toBe(false);
  });
  await held;
  expect(await refreshRecommendations({ sql, clock: it.clock })).toBe(true);
  expect(await kept()).toBe(0);
});
