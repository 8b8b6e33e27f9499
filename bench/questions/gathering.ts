import type { TransactionSql } from 'postgres';
import { gatherDearer } from '../../src/db/queries/gather-dearer.ts';
import { beginGathering } from '../../src/db/queries/gatherings.ts';
import { newId } from '../../src/ids.ts';
import type { Bench, BenchDatabase } from '../bench.ts';
import type { Finding, Line, Question, Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { withoutIndexes } from '../scale/without-indexes.ts';
import { addPeople } from '../sending/people.ts';
import { msOf, ratioOf, spreadOf } from '../statistics.ts';

const sizes = {
  tiny: { customers: 500, facts: 3_000, few: 20, many: 200, rounds: 1 },
  full: { customers: 300_000, facts: 1_500_000, few: 10_000, many: 100_000, rounds: 5 },
};
type Sizes = (typeof sizes)[Size];

const list = 'watch:priceDrop';
const day = 86_400_000;
const say = (count: number) => count.toLocaleString('en-US');

/** (t) Whom a price drop concerns. */
export const gathering: Question = {
  letter: 't',
  title: 'A price falls, and a hundred thousand who looked at the product are gathered',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const of = sizes[size];
    const database = await bench.database('gathering');
    const now = bench.clock.now();
    await load(database, of, now);
    const take = (sku: string, count: number) => contest(bench, database, { sku, count, now });
    const [few, many] = [take('few', of.few), take('many', of.many)];
    // Not counted: what is read for the first time.
    for (const { kairos, byHand } of [few, many]) await Promise.all([kairos(), byHand()]);
    const ms = await inTurn(of.rounds, {
      ...{ few: few.kairos, fewByHand: few.byHand, many: many.kairos, manyByHand: many.byHand },
    });
    return { lines: linesOf(of, ms, await bytesOfLooks(database, of)), notes: notesOf(of) };
  },
};

type Times = Record<'few' | 'fewByHand' | 'many' | 'manyByHand', number[]>;

function linesOf({ few, many }: Sizes, ms: Times, bytes: number): Line[] {
  const against = ratioOf(ms.many, ms.manyByHand);
  const perCustomer = spreadOf(ms.many).median / many / (spreadOf(ms.few).median / few);
  return [
    {
      what: `${say(many)} gathered, against SQL written by hand`,
      figure: against,
      aim: { words: 'at most 2', isMet: against.median <= 2 },
    },
    {
      what: `Time for each customer: ${say(many)} against ${say(few)}`,
      figure: spreadOf([perCustomer]),
      aim: { words: 'at most 1.2', isMet: perCustomer <= 1.2 },
    },
    { what: `${say(few)} gathered`, figure: spreadOf(ms.few), unit: 'ms' },
    { what: `${say(many)} gathered`, figure: spreadOf(ms.many), unit: 'ms' },
    { what: `${say(many)} gathered, by hand`, figure: spreadOf(ms.manyByHand), unit: 'ms' },
    { what: 'The index of looks, for each look', figure: spreadOf([bytes]), unit: 'bytes' },
  ];
}

const notesOf = ({ customers, facts, few, many }: Sizes) => [
  `${say(customers)} customers and ${say(facts)} facts, all of them looks at products. ${say(many)} customers have looked at one product and ${say(few)} at another, a fifth of them twice; half of the looks say what it cost, of the others the price in force is asked; one in fifty has bought it. The price falls by a quarter.`,
  'Each time in a transaction that is undone. By hand: the last look of each customer by the same index, without buyers, and the lines inserted; not asked is what a product id stands for, what somebody was told before, and who was erased, all of which Kairos asks.',
];

/** Everybody of a product, by Kairos and by hand: how long it takes, milliseconds. */
function contest(
  { clock }: Bench,
  { sql }: BenchDatabase,
  { sku, count, now }: { sku: string; count: number; now: Date },
) {
  const expected = count - Math.floor(count / 50);
  const lookedSince = new Date(now.getTime() - 30 * day);
  const timed = async (work: (tx: TransactionSql) => Promise<number>) => {
    let ms = 0;
    await sql
      .begin(async (tx) => {
        ms = await msOf(async () => {
          const found = await work(tx);
          if (found !== expected) throw new Error(`${found} were found of ${expected}.`);
        });
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      });
    return ms;
  };
  const kairos = () =>
    timed(async (tx) => {
      const gathering = { runId: newId(clock), seq: 0, at: now };
      await beginGathering(tx, { ...gathering, wake: 'fell', eventId: newId(clock), place: null });
      return gatherDearer(
        tx,
        { ...gathering, list, subject: sku, since: now },
        {
          ...{ now: { minor: 7_500, currency: 'EUR' }, rule: { percent: 10, amountMinor: 0 } },
          ...{ lookedSince, shopCurrency: 'EUR' },
        },
      );
    });
  return { kairos, byHand: () => timed((tx) => byHand(tx, { sku, now, lookedSince })) };
}

class Undone extends Error {}

async function byHand(
  tx: TransactionSql,
  { sku, now, lookedSince }: { sku: string; now: Date; lookedSince: Date },
): Promise<number> {
  const { count } = await tx`
    insert into waiting_entries (id, list, customer_id, sku, since, state, seen_at, seen_minor, seen_currency)
    select gen_random_uuid(), ${list}, customer_id, ${sku},
      ${now}::timestamptz - row_number() over (order by occurred_at) * interval '1 millisecond', 'waiting', occurred_at,
      minor, 'EUR'
    from (
      select distinct on (l.customer_id) l.customer_id, l.occurred_at,
        coalesce(((l.properties ->> 'price')::numeric * 100)::bigint, (
          select h.price_minor from price_history h where h.sku = ${sku} and h.at <= l.occurred_at
          order by h.at desc limit 1)) as minor
      from customer_events l
      where l.name in ('Product Viewed', 'Product Added', 'Product Added to Wishlist', 'Product Wished')
        and l.properties is not null
        and coalesce(nullif(btrim(l.properties ->> 'sku'), ''), btrim(l.properties ->> 'product_id')) = ${sku}
        and l.occurred_at between ${lookedSince} and ${now}
      order by l.customer_id, l.occurred_at desc) seen
    where minor * 9 >= 75000 and not exists (
      select from order_lines o where o.customer_id = seen.customer_id and o.sku = ${sku})`;
  return count;
}

/** Looks at the two products, and at others by everybody; nearly in the order of time, as they come. */
async function load({ sql }: BenchDatabase, of: Sizes, now: Date): Promise<void> {
  const at = now.toISOString();
  await addPeople({ sql } as BenchDatabase, { count: of.customers, at });
  await withoutIndexes(sql, ['customer_events'], async () => {
    await sql`
      insert into customer_events (seq, customer_id, name, occurred_at, properties)
      select n, md5('person ' || person)::uuid, 'Product Viewed',
        ${at}::timestamptz - (${of.facts} - n) * interval '1 second' * (${20 * 86_400} / ${of.facts}::float8),
        jsonb_build_object('product_id', sku, 'sku', sku, 'category', 'Kitchen', 'name', 'Kitchen thing ' || sku, 'brand',
          'Brand', 'currency', 'EUR') || case when n % 2 = 0 then '{"price":100}'::jsonb else '{}'::jsonb end
      from (
        select n, ${whoLooked(sql, of)} from (
          select n, (n * 48271::bigint) % ${of.facts} + 1 as place from generate_series(1, ${of.facts}::int) n) spread) looks`;
    await sql`select setval(pg_get_serial_sequence('events', 'seq'), ${of.facts})`;
  });
  for (const [sku, count] of [['few', of.few] as const, ['many', of.many] as const]) {
    await sql`
      insert into price_history (sku, at, source, price_minor, currency)
      select ${sku}, ${at}::timestamptz - n * interval '40 days', 'shop', case n when 0 then 7500 else 10000 end, 'EUR'
      from generate_series(0, 1) n`;
    const bought = sql`generate_series(1, ${Math.floor(count / 50)}::int) n`;
    await sql`
      insert into orders (order_id, customer_id, value_minor, currency, ordered_at, reported_at)
      select ${sku} || n, md5('person ' || n)::uuid, 1000, 'EUR', ${at}::timestamptz, ${at}::timestamptz from ${bought}`;
    await sql`
      insert into order_lines (order_id, sku, customer_id, ordered_at)
      select ${sku} || n, ${sku}, md5('person ' || n)::uuid, ${at}::timestamptz from ${bought}`;
  }
  await sql.unsafe('vacuum analyze');
}

/** Of the look of a place the person and the product: the first persons look at each of the two, a fifth of them twice. */
function whoLooked(sql: BenchDatabase['sql'], { customers, few, many }: Sizes) {
  const ofMany = many + Math.floor(many / 5);
  const ofFew = few + Math.floor(few / 5);
  return sql`
    case when place <= ${ofMany} then (place - 1) % ${many} + 1 when place <= ${ofMany + ofFew} then (place - ${ofMany} - 1) % ${few} + 1
      else place % ${customers} + 1 end as person,
    case when place <= ${ofMany} then 'many' when place <= ${ofMany + ofFew} then 'few' else 'S-' || place % 5000 end as sku`;
}

async function bytesOfLooks({ sql }: BenchDatabase, { facts }: Sizes): Promise<number> {
  const [row] = await sql<[{ bytes: number }]>`
    select pg_relation_size('customer_events_look')::float8 as bytes`;
  return row.bytes / facts;
}
