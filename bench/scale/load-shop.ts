import type { Sql } from '../../src/db/connect.ts';
import { withoutIndexes } from './without-indexes.ts';

export interface ShopSize {
  customers: number;
  /** Facts of all customers together: rows of `customer_events`. */
  facts: number;
}

/** Over how many days up to `now` the facts lie. */
export const historyDays = 730;

/** Products, a few of which are looked at much more than others, in so many categories. */
export const products = 5_000;
export const categories = [
  ...[
    'Kitchen',
    'Garden',
    'Shoes',
    'Outdoor',
    'Books',
    'Toys',
    'Lighting',
    'Bath',
    'Office',
    'Bikes',
    'Audio',
  ],
  ...['Rugs', 'Coats', 'Dresses', 'Tools', 'Pets', 'Tea', 'Curtains', 'Candles', 'Globes'],
];

/** What customers do, and how many of a thousand facts it is. The rest are pages, which have no name. */
const doings = {
  'Product Viewed': 500,
  'Product Added': 120,
  'Product List Viewed': 100,
  'Products Searched': 70,
  'Product Removed': 25,
  'Checkout Started': 50,
  'Order Completed': 40,
  'Coupon Applied': 12,
  'Product Reviewed': 8,
  'Support Requested': 4,
  'Support Resolved': 4,
  'Order Refunded': 3,
  'Product Added to Wishlist': 14,
};

/** Two at a time, each of eleven days: so the facts lie nearly in the order of time, as they do where they come one by one. */
const slices = 64;
const lanes = 2;

/**
 * Fills an empty database with a shop of a size, the same each time but for `now`, which everything happened before:
 * customers (six of ten known), what each did in two years, their orders, consents, carts and traits.
 *
 * How active customers are is log-normal (σ 1.5): with 20 facts a customer half of them have 6 or fewer, one in a hundred
 * more than 200, the first some ten thousand. Facts lie in the table in the order in which they happened, not by customer.
 *
 * Faster than events could come in: without the indexes, which are made at the end, and without waiting for the disk at
 * each commit. Then `vacuum analyze`, as a database has that has been up for a while.
 */
export async function loadShop(sql: Sql, size: ShopSize, now: Date): Promise<void> {
  const at = now.toISOString();
  await withoutIndexes(
    sql,
    ['customers', 'customer_ids', 'consents', 'carts', 'customer_events', 'orders', 'order_lines'],
    async () => {
      await seeded(sql, 0, [people(size, at), catalogue()]);
      await inLanes(sql, [
        ...Array.from({ length: slices }, (_, slice) => facts(size, at, slice)),
        ...[customers(), ids(), consents(), carts()],
      ]);
      await inLanes(sql, [orders(), orderLines()]);
      await sql.unsafe('drop table bench_people, bench_products');
      // What comes in next comes after them.
      await sql`select setval(pg_get_serial_sequence('events', 'seq'), ${size.facts})`;
    },
  );
  await sql.unsafe('vacuum analyze');
}

/** Runs statements, two at a time. */
async function inLanes(sql: Sql, statements: readonly string[]): Promise<void> {
  const queue = statements.entries();
  const lane = async () => {
    for (const [place, statement] of queue) await seeded(sql, place, [statement]);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Runs statements whose chance is a seed's. */
async function seeded(sql: Sql, seed: number, statements: readonly string[]): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select set_config('synchronous_commit', 'off', true), set_config('work_mem', '256MB', true),
      set_config('enable_mergejoin', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
      setseed(${seed / 1_000}::float8)`;
    for (const statement of statements) await tx.unsafe(statement);
  });
}

/** Who there will be: the order in which they came, an id as Kairos makes them, and whether they are known. */
function people({ customers }: ShopSize, now: string): string {
  return `
    create unlogged table bench_people as
    select n, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8' ||
      substr(hash, 4, 15))::uuid as id, at, random() < 0.6 as known
    from (
      select n, md5('customer ' || n) as hash, timestamptz '${now}' - interval '1 day' *
        (${historyDays} * least(2 - 2 * n / ${customers}::float8, 1) + 365 * greatest(1 - 2 * n / ${customers}::float8, 0)) as at
      from generate_series(1, ${customers}) n) p;
    analyze bench_people`;
}

function catalogue(): string {
  const names = categories.map((name) => `'${name}'`).join(',');
  return `
    create unlogged table bench_products as
    select n, category, price, jsonb_build_object('product_id', 'p-' || n, 'sku', 'S-' || n, 'category', category, 'name',
      category || ' thing ' || n, 'brand', 'Brand ' || n % 60, 'price', price, 'currency', 'USD') as properties
    from (
      select n, (array[${names}])[1 + floor(${categories.length} * power(random(), 2))::int] as category,
        round((5 + exp(3 + random_normal()))::numeric, 2) as price
      from generate_series(1, ${products}) n) p;
    analyze bench_products`;
}

/**
 * A slice of the facts, in their order. Whose a fact is: of all customers by their activity, the share that has less of
 * it than whoever does something now is Φ(σ + a normal number), which the multiplication spreads over those there are.
 */
function facts({ customers, facts }: ShopSize, now: string, slice: number): string {
  const [from, to] = [Math.floor((facts * slice) / slices), Math.floor((facts * (slice + 1)) / slices)];
  return `
    insert into customer_events (seq, customer_id, name, occurred_at, properties)
    select k, p.id, name, f.at, case
      when name in ('Product Viewed', 'Product Reviewed', 'Product Added to Wishlist') then c.properties
      when name in ('Product Added', 'Product Removed')
        then c.properties || jsonb_build_object('quantity', 1 + k % 3, 'cart_id', 'c-' || p.n)
      when name = 'Product List Viewed' then jsonb_build_object('list_id', 'l-' || c.category, 'category', c.category)
      when name = 'Products Searched' then jsonb_build_object('query', lower(c.category))
      when name = 'Checkout Started' then jsonb_build_object('cart_id', 'c-' || p.n, 'value', c.price, 'currency', 'USD')
      when name in ('Order Completed', 'Order Refunded') then jsonb_build_object('order_id', 'o-' || k, 'total', c.price,
        'revenue', round(c.price * 0.9, 2), 'currency', 'USD')
      when name = 'Coupon Applied' then jsonb_build_object('coupon_id', 'k-' || k % 40, 'discount', round(c.price * 0.1, 2))
      when name is not null then jsonb_build_object('request_id', 'r-' || k)
    end
    from (
      select k, at, ${nameBy('chance')} as name, 1 + floor(${products} * power(product, 3))::int as product,
        case when person <= there then person else person - ${customers} / 2 end as person
      from (
        select k, random() as chance, random() as product,
          timestamptz '${now}' - interval '1 day' * ${historyDays} * (1 - k / ${facts + 1}::float8) as at,
          ${customers} / 2 + ${customers} * k / ${2 * facts} as there,
          1 + (floor(${customers} * least(0.5 + erf((1.5 + random_normal()) / sqrt(2)) / 2, 0.9999999999))::bigint
            * ${spread(customers)}) % ${customers} as person
        from generate_series(${from + 1}::bigint, ${to}::bigint) k) drawn
      offset 0) f
    join bench_people p on p.n = f.person
    join bench_products c on c.n = f.product`;
}

/** The name of what is done, by a number from 0 to 1. */
function nameBy(chance: string): string {
  let below = 0;
  const cases = Object.entries(doings).map(([name, of]) => {
    below += of / 1_000;
    return `when ${chance} < ${below} then '${name}'`;
  });
  return `case ${cases.join(' ')} end`;
}

/** A factor that has no divisor in common with how many there are: it takes each to another. */
function spread(count: number): number {
  const isCoprime = (a: number, b: number): boolean => (b === 0 ? a === 1 : isCoprime(b, a % b));
  let factor = Math.floor(count * 0.618);
  while (!isCoprime(count, factor)) factor += 1;
  return factor;
}

function customers(): string {
  const trait = (value: string, origin: string) =>
    `jsonb_build_object('value', ${value}, 'origin', '${origin}', 'at', at)`;
  return `
    insert into customers (id, arm_key, traits, created_at)
    select id, md5(id::text), jsonb_strip_nulls(jsonb_build_object(
      'email', case when known then ${trait(`'person' || n || '@example.test'`, 'stated')} end,
      'firstName', case when known then ${trait(`'Person ' || n`, 'stated')} end,
      'phone', case when known and chance < 0.4 then ${trait(`'+1212' || lpad((n % 10000000)::text, 7, '0')`, 'stated')} end,
      'birthday', case when known and chance < 0.5 then ${trait(`to_char(date '1950-01-01' + n % 20000, 'YYYY-MM-DD')`, 'stated')} end,
      'tier', case when known and chance < 0.15 then ${trait(`(array['gold', 'silver', 'silver', 'bronze'])[1 + n % 4]`, 'bought-in')} end,
      'interest', case when known and chance > 0.8 then ${trait(`(array['Kitchen', 'Garden', 'Shoes', 'Books'])[1 + n % 4]`, 'stated')} end,
      'region', ${trait(`(array['north', 'south', 'east', 'west', 'alps'])[1 + floor(5 * power(other, 2))::int]`, 'observed')},
      'timezone', case when other < 0.95 then ${trait(
        `(array['Europe/Berlin', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'America/Los_Angeles', 'Asia/Tokyo'])[1 + n % 6]`,
        'observed',
      )} end)), at
    from (select *, random() as chance, random() as other from bench_people) p`;
}

function ids(): string {
  return `
    insert into customer_ids (kind, external_id, customer_id, at)
    select 'user', 'u-' || n, id, at from bench_people where known
    union all select 'anonymous', md5('visitor ' || n)::uuid::text, id, at from bench_people where not known or n % 2 = 0`;
}

function consents(): string {
  return `
    insert into consents (id, customer_id, channel, state, source, at)
    select md5(channel || n)::uuid, id, channel, case when random() < 0.9 then 'granted' else 'denied' end, 'identify', at
    from (
      select p.*, c.channel, c.place, random() as chance
      from bench_people p, unnest(array['email', 'sms', 'webpush']) with ordinality as c (channel, place)) asked
    where known and chance < 0.9 / place`;
}

function carts(): string {
  return `
    insert into carts (customer_id, key, lines, last_activity_at)
    select p.id, 'c-' || p.n, jsonb_build_array(jsonb_build_object('line', c.properties ->> 'sku', 'sku',
      c.properties ->> 'sku', 'productId', c.properties ->> 'product_id', 'variant', null, 'title', c.properties ->> 'name',
      'url', null, 'imageUrl', null, 'quantity', 1, 'priceMinor', (c.price * 100)::bigint, 'currency', 'USD', 'addedAt',
      extract(epoch from p.at)::bigint * 1000)), p.at
    from bench_people p join bench_products c on c.n = 1 + p.n % ${products} where p.n % 12 = 0`;
}

/** What routing makes of `Order Completed`; one in fifty was cancelled. */
function orders(): string {
  return `
    insert into orders (order_id, customer_id, value_minor, currency, ordered_at, cancelled_at, shipped_at, delivered_at, reported_at)
    select properties ->> 'order_id', customer_id, ((properties ->> 'total')::numeric * 100)::bigint, 'USD', occurred_at,
      case when seq % 50 = 0 then occurred_at + interval '1 hour' end,
      case when seq % 50 > 0 then occurred_at + interval '1 day' end,
      case when seq % 50 > 1 then occurred_at + interval '3 days' end, occurred_at
    from customer_events where name = 'Order Completed'`;
}

function orderLines(): string {
  return `
    insert into order_lines (order_id, sku, customer_id, ordered_at)
    select properties ->> 'order_id', 'S-' || 1 + (floor(power((seq * 7919 % ${products}) / ${products}::float8, 3) * ${products})::int
      + 37 * line) % ${products}, customer_id, occurred_at
    from customer_events, generate_series(1, 1 + seq % 3) line where name = 'Order Completed'`;
}
