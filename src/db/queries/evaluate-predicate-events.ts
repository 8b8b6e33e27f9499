import type { ISql, PendingQuery, Row } from 'postgres';
import type { About, DidPredicate, EventTest } from '../../define/predicate-data.ts';
import { spanMs } from '../../domain/span.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';
import { json, valueIs } from './evaluate-predicate-values.ts';
import { happenedLeaf, type Happenings, type OfOne } from './evaluate-predicate-window.ts';

type Fragment = PendingQuery<Row[]>;

/** Events of customers, by their name, properties and time, of which so many, the first or last, or a sum is asked. */
export function didLeaf(sql: ISql, leaf: DidPredicate, asked: Asked): CompiledLeaf {
  return happenedLeaf(sql, didHappenings(sql, leaf, asked), asked);
}

export function didHappenings(sql: ISql, leaf: DidPredicate, asked: Asked): Happenings {
  const value = (property: string) =>
    sql`case when jsonb_typeof(e.properties -> ${property}) = 'number' then (e.properties -> ${property})::numeric end`;
  const ripensMs = leaf.follow?.did === false && leaf.follow.within !== null ? spanMs(leaf.follow.within) : 0;
  return {
    from: leaf.follow ? followedFrom(sql, leaf, asked) : eventsFrom(sql, leaf, asked),
    customer: sql`e.customer_id`,
    at: sql`e.occurred_at`,
    window: leaf.window,
    ripensMs,
    which: leaf.which,
    times: leaf.times,
    sum: leaf.sum && { value: value(leaf.sum.property), test: leaf.sum.test },
    ofOne: leaf.follow ? null : eventsOfOne(sql, leaf),
  };
}

function eventsFrom(sql: ISql, leaf: DidPredicate, asked: Asked): Fragment {
  return sql`from customer_events e where ${named(sql, leaf)} ${ofAsked(sql, asked)} ${about(sql, leaf.about)}`;
}

/** For so many names, asked of so short a time, everything that a customer did in it is read sooner than each name. */
const manyNames = 3;
const shortMs = spanMs('60 days');

/** Each name is in the order of time by itself, and so is all that a customer did. */
function eventsOfOne(sql: ISql, leaf: DidPredicate): OfOne {
  const ofThem = about(sql, leaf.about);
  const { within } = leaf.window;
  const isShort = within !== null && spanMs(within) <= shortMs;
  if (leaf.events.length === 1 || (leaf.events.length >= manyNames && isShort))
    return {
      from: sql`from customer_events e where ${named(sql, leaf)} and e.customer_id = a.id ${ofThem}`,
      each: null,
    };
  return {
    each: sql`unnest(${[...leaf.events]}::text[]) as k (name)`,
    from: sql`
      from customer_events e
      where e.name = k.name ${withProperties(sql, leaf)} and e.customer_id = a.id ${ofThem}`,
  };
}

const ofAsked = (sql: ISql, { who }: Asked): Fragment =>
  who === 'everybody' ? sql`` : sql`and e.customer_id = any(${[...who]}::uuid[])`;

/** By name and properties. */
function named(sql: ISql, test: EventTest): Fragment {
  const { events } = test;
  const name = events.length === 1 ? sql`e.name = ${events[0]!}` : sql`e.name = any(${[...events]}::text[])`;
  return sql`${name} ${withProperties(sql, test)}`;
}

const withProperties = (sql: ISql, { where }: EventTest): Fragment =>
  Object.entries(where).reduce(
    (all, [property, test]) =>
      sql`${all} and ${valueIs(sql, sql`(e.properties -> ${property}::text)`, test)}`,
    sql``,
  );

/**
 * Those that were, or were not, followed by another: for each, the earliest of the others after it, found in one pass
 * backwards in time. Of one time, the order is that in which they were accepted.
 */
function followedFrom(sql: ISql, leaf: DidPredicate, asked: Asked): Fragment {
  const { did, within } = leaf.follow!;
  const names = [...new Set([...leaf.events, ...leaf.follow!.events])];
  // What follows is younger than what it follows.
  const from =
    leaf.window.within === null
      ? sql``
      : sql`and e.occurred_at > ${earliest(asked, spanMs(leaf.window.within))}::timestamptz`;
  const pairs = sql`
    select e.customer_id, e.occurred_at, e.properties,
      (${named(sql, leaf)} ${about(sql, leaf.about)}) is true as is_first,
      min(e.occurred_at) filter (where ${named(sql, leaf.follow!)}) over (
        partition by e.customer_id order by e.occurred_at desc, e.seq desc
        rows between unbounded preceding and 1 preceding) as followed_at
    from customer_events e
    where e.name = any(${names}::text[]) ${ofAsked(sql, asked)} ${from}`;
  const inTime =
    within === null
      ? sql`e.followed_at is not null`
      : sql`e.followed_at <= e.occurred_at + make_interval(secs => ${spanMs(within) / 1_000}::float8)`;
  return sql`from (${pairs}) e where e.is_first and ${did ? inTime : sql`(${inTime}) is not true`}`;
}

const earliest = ({ now }: Asked, ms: number) => new Date(now.getTime() - ms);

/** Which product, category or topic an event names; the catalogue tells the rest. */
function about(sql: ISql, what: DidPredicate['about']): Fragment {
  if (what === null) return sql``;
  if (what.kind === 'topic') return sql`and e.properties -> 'topic' = ${json(sql, what.topic)}`;
  const names = namesProduct(sql, skusOf(sql, what), productIdsOf(sql, what));
  if (what.kind === 'product') return sql`and ${names}`;
  return sql`and case when coalesce(e.properties ->> 'category', '') <> ''
    then e.properties ->> 'category' = ${what.category} else ${names} end`;
}

/** By `sku`, else by `product_id`: as `skuOf` reads them. */
const namesProduct = (sql: ISql, skus: Fragment, productIds: Fragment): Fragment => sql`
  case when coalesce(btrim(e.properties ->> 'sku'), '') <> '' then btrim(e.properties ->> 'sku') in (${skus})
    else btrim(e.properties ->> 'product_id') in (${productIds}) end`;

/** The skus that are meant. */
export const skusOf = (sql: ISql, what: About): Fragment =>
  what.kind === 'product'
    ? sql`${what.sku}::text`
    : sql`select p.sku from products p where p.category = ${what.category}`;

/** The `product_id`s that stand for such a sku: those whose first variant it is, and the sku itself if none has it as its id. */
function productIdsOf(sql: ISql, what: About): Fragment {
  const isMeant = what.kind === 'product' ? sql`p.sku = ${what.sku}` : sql`p.category = ${what.category}`;
  const asSku =
    what.kind === 'product'
      ? sql`select p.sku from (values (${what.sku}::text)) p (sku)`
      : sql`select p.sku from products p where p.category = ${what.category}`;
  return sql`
    select p.product_id from products p where ${isMeant} and p.product_id is not null
      and not exists (select from products q where q.product_id = p.product_id and q.sku < p.sku)
    union all
    select s.sku from (${asSku}) s where not exists (select from products q where q.product_id = s.sku)`;
}
