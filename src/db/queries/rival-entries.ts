import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { bounds } from '../../domain/bounds.ts';
import type { SubstituteRule } from '../../domain/substitutes.ts';
import { productColumns, type ProductWords } from './product-words.ts';
import { hasWaitedSince } from './long-waits.ts';
import { ruleValues, servesFor } from './serves-for.ts';

type Fragment = PendingQuery<Row[]>;

/** Another product of the same list that a customer waits for, and could be told of now. */
export interface RivalEntry {
  entryId: string;
  customerId: string;
  /** Since when they wait for it, epoch milliseconds. */
  since: number;
  /** They have been told of it already, in this delivery; null: they wait. */
  toldIn: string | null;
  product: ProductWords;
}

export interface RivalQuestion {
  /** The list. */
  list: string;
  /** The product of the page. */
  sku: string;
  customerIds: readonly string[];
  /** The watch that serves the list. */
  watch: string;
  /** Of which others they may be told: those that are locked for it (`lockProducts`). */
  others: readonly string[];
  /** Deliveries of the page: what they have told of already belongs to them. */
  deliveryIds: readonly string[];
  /** More units than so many wake the watch: with fewer no wave of a product begins. */
  above: number;
  /** The names of what lets the watch serve: of what else it hears nobody is told. */
  servesOn: readonly string[];
  /** Of so many units. */
  placesOf: (units: number) => number;
  /** What serves as well as what somebody waits for. */
  substitutes: SubstituteRule;
  /** Who has not asked since then has waited for too long; null: they wait as long as it takes. */
  waitsFrom: Date | null;
  /** How long waves are apart. */
  everyMs: number;
  now: Date;
}

/** How much of a line can be served now: where it ends. */
interface Room {
  sku: string;
  places: number;
}

/**
 * For what else the customers of a page wait, and have not waited too long, that is on the shelf, is watched and not
 * bought since, and whose line they would be served in now: nobody is told of a product before those who have waited for
 * it longer. What their deliveries have told of already is among it. Whoever asks holds the customers' locks, and those of the products.
 */
export async function rivalEntries(tx: TransactionSql, asked: RivalQuestion): Promise<RivalEntry[]> {
  if (asked.others.length === 0 && asked.deliveryIds.length === 0) return [];
  const rooms = (await roomIn(tx, asked)).filter(({ places }) => places > 0);
  const rows = await tx<(Omit<RivalEntry, 'product'> & Omit<ProductWords, 'quantity'>)[]>`
    with room as materialized (
      select r.sku, r.places, l.since, l.id
      from jsonb_to_recordset(${tx.json(rooms as never)}) as r (sku text, places bigint)
      left join lateral (
        select w.since, w.id from waiting_entries w
        where w.list = ${asked.list} and w.sku = r.sku and w.state = 'waiting'
        order by w.since, w.id offset r.places limit 1) l on true)
    select w.id as "entryId", w.customer_id as "customerId",
      (extract(epoch from w.since) * 1000)::float8 as since, w.told_in as "toldIn",
      p.*, w.sku
    from waiting_entries w
    left join room on room.sku = w.sku
    left join lateral (select ${productColumns(tx)} from products p where p.sku = w.sku) p on true
    where w.customer_id = any(${[...asked.customerIds]}::uuid[]) and w.list = ${asked.list} and w.sku <> ${asked.sku}
      and (w.told_in = any(${[...asked.deliveryIds]}::uuid[])
        or w.state = 'waiting' and room.sku is not null
          and (room.id is null or (w.since, w.id) < (room.since, room.id))
          and not ${boughtSince(tx, asked.substitutes)}
          and not ${asked.waitsFrom === null ? tx`false` : hasWaitedSince(tx, asked.waitsFrom)})
    order by w.since, w.id`;
  return rows.map(({ entryId, customerId, since, toldIn, ...product }) => ({
    ...{ entryId, customerId, since, toldIn },
    product: { ...product, reviews: product.reviews ?? [], quantity: 1 },
  }));
}

/**
 * How many each of the other products may still be told to: of the wave that goes on, else of one that began now. Between
 * two waves those to whom the last one left a place: it may have passed over everybody. None of a run that is idle,
 * whatever is on the shelf: its last serving is over, and nothing has woken it since, so that no wave will begin.
 */
async function roomIn(tx: TransactionSql, asked: RivalQuestion): Promise<Room[]> {
  if (asked.others.length === 0) return [];
  const counts = tx`(v.ended_at is null or v.next_at > ${asked.now})`;
  const rows = await tx<{ sku: string; units: number; left: number | null; elsewhere: number }[]>`
    select k.sku, s.units::float8 as units, w.left, ${toldElsewhere(tx, {
      ...{ list: asked.list, sku: tx`k.sku`, runId: tx`r.id`, everyMs: asked.everyMs },
      beganAt: tx`coalesce(w."countsSince", ${asked.now})`,
    })} as elsewhere
    from unnest(${[...asked.others]}::text[]) as k (sku)
    join stock s on s.sku = k.sku and s.units > 0
    join runs r on r.subject = k.sku and r.name = ${asked.watch} and r.key = '' and r.state = 'open'
    left join lateral (
      select v.wave, v.ended_at is null as "goesOn", ${isFollowed(tx)} as "isFollowed",
        case when ${counts} then v.began_at end as "countsSince", case when ${counts} then v.allowed - v.used end as left
      from waves v where v.run_id = r.id order by v.wave desc limit 1) w on true
    where w."goesOn" or w."isFollowed" or ${isWoken(tx, asked)}`;
  return rows.map(({ sku, units, left, elsewhere }) => {
    const places = units <= asked.above ? 0 : asked.placesOf(units);
    return { sku, places: (left === null ? places : Math.min(places, left)) - elsewhere };
  });
}

/** Whether another wave of the same serving comes after an ended one `v`. */
const isFollowed = (tx: TransactionSql): Fragment =>
  tx`coalesce(v.goes_on and v.units_left is distinct from 0, false)`;

/** Whether a run `r`, of which `w` is the last wave, has been told of what lets it serve beyond what its last serving began with. */
function isWoken(tx: TransactionSql, { servesOn }: RivalQuestion): Fragment {
  return tx`exists (
    select from dispatches d
    where d.run_id = r.id and d.event_name = any(${[...servesOn]}::text[]) and d.seq > coalesce((
      select min(f.heard_up_to) from waves f where f.run_id = r.id and f.wave > coalesce((
        select max(v.wave) from waves v where v.run_id = r.id and v.wave < w.wave and not ${isFollowed(tx)}), 0)), -1))`;
}

/** Of the customer of an entry `w`, as the page's own statement asks of its entries. */
function boughtSince(tx: TransactionSql, substitutes: SubstituteRule): Fragment {
  const rule = ruleValues(tx, substitutes);
  return tx`exists (
    select from purchases l where l.customer_id = w.customer_id and l.ordered_at >= w.since
      and (l.sku = w.sku or ${servesFor(tx, { waited: tx`w.sku`, bought: tx`l.sku`, rule })}))`;
}

/**
 * How many were told of a product in messages about others that a wave of its own has to count: since the wave before it
 * ended, at most so long before it began as waves are apart.
 */
function toldElsewhere(
  tx: TransactionSql,
  of: { list: string; sku: Fragment; runId: Fragment; beganAt: Fragment; everyMs: number },
): Fragment {
  return tx`(select count(*)::int from waiting_entries t
    where t.list = ${of.list} and t.sku = ${of.sku} and t.told_in is not null
      and t.ended_at >= greatest(${of.beganAt} - ${of.everyMs} * interval '1 millisecond',
        (select max(b.ended_at) from waves b where b.run_id = ${of.runId} and b.ended_at <= ${of.beganAt})))`;
}

/** How many places of a wave were used by messages about another product that told of this one too. */
export async function countToldElsewhere(
  tx: TransactionSql,
  of: { list: string; sku: string; runId: string; wave: number; everyMs: number },
): Promise<number> {
  const { list, runId, wave, everyMs } = of;
  const [row] = await tx<{ count: number }[]>`
    select ${toldElsewhere(tx, {
      ...{ list, everyMs, sku: tx`${of.sku}::text`, runId: tx`v.run_id`, beganAt: tx`v.began_at` },
    })} as count from waves v where v.run_id = ${runId} and v.wave = ${wave}`;
  return row!.count;
}

/**
 * The other products of a list that some customers wait for and that are on the shelf and watched: those that most of them
 * wait for, no more than are locked at a time. Where nobody waits for any this is all that a page asks.
 */
export async function otherProductsBack(
  tx: TransactionSql,
  of: Pick<RivalQuestion, 'list' | 'sku' | 'watch' | 'customerIds'>,
): Promise<string[]> {
  const rows = await tx<{ sku: string }[]>`
    select o.sku from waiting_entries o
    join stock s on s.sku = o.sku and s.units > 0
    join runs r on r.subject = o.sku and r.name = ${of.watch} and r.key = '' and r.state = 'open'
    where o.customer_id = any(${[...of.customerIds]}::uuid[]) and o.list = ${of.list} and o.state = 'waiting'
      and o.sku <> ${of.sku}
    group by o.sku order by count(*) desc, o.sku limit ${bounds.rivalProducts}`;
  return rows.map(({ sku }) => sku);
}

/**
 * Lets one page at a time use places of some products of a list, its own or others that it tells of too: two that told of
 * each other's at once would use places that there are not. Says whether it has them all: whoever waited for them here
 * would keep a connection from others, or wait for one who waits for them.
 */
export async function lockProducts(
  tx: TransactionSql,
  { list, skus }: { list: string; skus: readonly string[] },
): Promise<boolean> {
  if (skus.length === 0) return true;
  const [row] = await tx<{ locked: boolean }[]>`
    select bool_and(pg_try_advisory_xact_lock(hashtextextended(${`${list} `} || sku, 0))) as locked
    from unnest(${[...skus]}::text[]) as p (sku)`;
  return row!.locked;
}

/** Uses the places of what a delivery about another product tells of too. */
export async function consumeTogether(
  tx: TransactionSql,
  told: readonly { entryId: string; deliveryId: string }[],
  at: Date,
): Promise<void> {
  if (told.length === 0) return;
  await tx`
    update waiting_entries e set state = 'consumed', ended_at = ${at}, told_in = t.delivery_id
    from unnest(${told.map(({ entryId }) => entryId)}::uuid[], ${told.map(({ deliveryId }) => deliveryId)}::uuid[])
      as t (entry_id, delivery_id)
    where e.id = t.entry_id and e.state = 'waiting'`;
}
