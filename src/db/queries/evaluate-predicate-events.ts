import type { ISql, PendingQuery, Row } from 'postgres';
import type { About, DidPredicate, EventTest } from '../../define/predicate-data.ts';
import { spanMs } from '../../domain/span.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';
import { json, valueIs } from './evaluate-predicate-values.ts';
import { happenedLeaf, type Happenings, type OfOne } from './evaluate-predicate-window.ts';

type Fragment = PendingQuery<Row[]>;

/** Events of customers, by their name, properties and time, of which so many, the first or last, or a sum is asked. */
export function didLeaf(sql: ISql, leaf: DidPredicate, asked: Asked): CompiledLeaf {
  if (isLastOfAll(leaf)) return unfollowedLeaf(sql, leaf, asked);
  return happenedLeaf(sql, didHappenings(sql, leaf, asked), asked);
}

/** Whether it is only asked whether any was never followed: then the last is the one that was not. */
function isLastOfAll({ follow, times, which, sum, window }: DidPredicate): boolean {
  const isAny = which === 'any' && times.atLeast === 1 && times.atMost === null && sum === null;
  const { longerAgoThan, since, until } = window;
  const isUpToNow = longerAgoThan === null && since === null && until === null;
  return follow?.did === false && follow.within === null && isAny && isUpToNow;
}

/**
 * Those whose last was after the last of what should not follow: in one pass, without the order in which `followedFrom`
 * has to have them. Of one time, it is asked which of them was accepted last.
 */
function unfollowedLeaf(sql: ISql, leaf: DidPredicate, asked: Asked): CompiledLeaf {
  const names = [...new Set([...leaf.events, ...leaf.follow!.events])];
  const { within } = leaf.window;
  const isIt = sql`(${named(sql, leaf)} ${about(sql, leaf.about)})`;
  const follows = sql`(${named(sql, leaf.follow!)})`;
  const lasts = sql`
    select e.customer_id, max(e.occurred_at) filter (where ${isIt}) as at,
      max(e.occurred_at) filter (where ${follows}) as followed_at
    from customer_events e
    where e.name = any(${names}::text[]) ${ofAsked(sql, asked)} ${since(sql, leaf, asked)}
    group by e.customer_id`;
  const isLastOfMoment = sql`(
    select ${isIt} is true from customer_events e
    where e.customer_id = g.customer_id and e.occurred_at = g.at and (${isIt} or ${follows})
    order by e.seq desc limit 1)`;
  const next =
    within === null
      ? sql``
      : sql`, g.at + make_interval(secs => ${spanMs(within) / 1_000}::float8) as next_at`;
  const rows = sql`
    select g.customer_id ${next} from (${lasts}) g
    where g.at is not null and (g.followed_at is null or g.at > g.followed_at
      or g.at = g.followed_at and ${isLastOfMoment})`;
  return { kind: 'row', rows, moves: within !== null };
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
  const pairs = sql`
    select e.customer_id, e.occurred_at, e.properties,
      (${named(sql, leaf)} ${about(sql, leaf.about)}) is true as is_first,
      min(e.occurred_at) filter (where ${named(sql, leaf.follow!)}) over (
        partition by e.customer_id order by e.occurred_at desc, e.seq desc
        rows between unbounded preceding and 1 preceding) as followed_at
    from customer_events e
    where e.name = any(${names}::text[]) ${ofAsked(sql, asked)} ${since(sql, leaf, asked)}`;
  const inTime =
    within === null
      ? sql`e.followed_at is not null`
      : sql`e.followed_at <= e.occurred_at + make_interval(secs => ${spanMs(within) / 1_000}::float8)`;
  return sql`from (${pairs}) e where e.is_first and ${did ? inTime : sql`(${inTime}) is not true`}`;
}

/** As far back as the window goes: what follows is younger than what it follows. */
function since(sql: ISql, { window: { within } }: DidPredicate, { now }: Asked): Fragment {
  if (within === null) return sql``;
  return sql`and e.occurred_at > ${new Date(now.getTime() - spanMs(within))}::timestamptz`;
}

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
