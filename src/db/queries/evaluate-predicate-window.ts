import type { ISql, PendingQuery, Row } from 'postgres';
import type { NumberTest, Times, Window } from '../../define/predicate-data.ts';
import { comparesNumber } from '../../define/compares-number.ts';
import { spanMs } from '../../domain/span.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';

type Fragment = PendingQuery<Row[]>;

/** Things that happened, of which those in a window are counted or summed, or the first or last has to be in it. */
export interface Happenings {
  /** What follows `select`, up to `where` and its conditions, without the window's. */
  from: Fragment;
  customer: Fragment;
  at: Fragment;
  window: Window;
  /** A thing counts only when so much time has passed since: for what has to stay away after it. Milliseconds. */
  ripensMs: number;
  which: 'any' | 'first' | 'last';
  times: Times;
  sum: { value: Fragment; test: NumberTest } | null;
  /** The same as `from` for one customer, where an index has what they did in the order of time. Null: there is none. */
  ofOne: OfOne | null;
}

/**
 * What the one customer `a.id` did: of who has done it a thousand times the newest are read and no more.
 *
 * `each`: the sets of which each is in the order of time by itself, as `k`, of which `from` has one; null: it is but one.
 */
export interface OfOne {
  from: Fragment;
  each: Fragment | null;
}

/**
 * The window as SQL has it: a thing is in it while `after < at <= ripe`. It comes to be in it when it is `ripensMs` old,
 * and ceases to when it is `within` old. So of time alone the next change is at the earliest when the first of those
 * in it leaves, or the first of those that are too young comes in.
 */
export interface Bounds {
  after: Fragment | null;
  ripe: Fragment | null;
  leaves: (at: Fragment) => Fragment;
  ripens: (at: Fragment) => Fragment;
  /** Since and until. */
  between: (at: Fragment) => Fragment;
}

export function happenedLeaf(sql: ISql, things: Happenings, asked: Asked): CompiledLeaf {
  const bounds = boundsOf(sql, things, asked.now);
  if (things.sum) return summed(sql, { ...things, sum: things.sum }, bounds);
  return things.which === 'any' ? counted(sql, things, bounds, asked) : extreme(sql, things, bounds, asked);
}

export function boundsOf(sql: ISql, { window, ripensMs }: Happenings, now: Date): Bounds {
  const withinMs = window.within === null ? null : spanMs(window.within);
  const waitsMs = Math.max(ripensMs, window.longerAgoThan === null ? 0 : spanMs(window.longerAgoThan));
  // As a moment, not as text: a text would be read anew for every row.
  const moment = (at: number | string) => sql`${new Date(at)}::timestamptz`;
  const before = (ms: number) => moment(now.getTime() - ms);
  const later = (at: Fragment, ms: number) => sql`${at} + make_interval(secs => ${ms / 1_000}::float8)`;
  const { since, until } = window;
  return {
    after: withinMs === null ? null : before(withinMs),
    ripe: waitsMs === 0 ? null : before(waitsMs),
    leaves: (at) => later(at, withinMs ?? 0),
    ripens: (at) => later(at, waitsMs),
    between: (at) =>
      sql`${since === null ? sql`` : sql`and ${at} >= ${moment(since)}`}
          ${until === null ? sql`` : sql`and ${at} < ${moment(until)}`}`,
  };
}

function inWindow(sql: ISql, { from, at }: Happenings, bounds: Bounds): Fragment {
  return sql`${from} ${inWindowOf(sql, at, bounds)}`;
}

function inWindowOf(sql: ISql, at: Fragment, { after, between }: Bounds): Fragment {
  return sql`${between(at)} ${after === null ? sql`` : sql`and ${at} > ${after}`}`;
}

interface Some {
  order: Fragment;
  within: Fragment;
  /** So many are passed over, and so many behind them are wanted. */
  skip: number;
  count: number;
}

/** When the one customer `a.id` did it, from an end, as `at`. */
function someOf(
  sql: ISql,
  { from, each }: OfOne,
  at: Fragment,
  { order, within, skip, count }: Some,
): Fragment {
  const wanted = sql`limit ${count}::int offset ${skip}::int`;
  const inOrder = (limit: Fragment) =>
    sql`select ${at} as at ${from} ${within} order by ${at} ${order} ${limit}`;
  if (each === null) return inOrder(wanted);
  return sql`
    select m.at from ${each} cross join lateral (${inOrder(sql`limit ${skip + count}::int`)}) m
    order by m.at ${order} ${wanted}`;
}

/** A few customers as `a`, each with what is asked of them as `n`. */
const ofEach = (sql: ISql, who: readonly string[], asked: Fragment): Fragment =>
  sql`from unnest(${[...new Set(who)]}::uuid[]) as a (id) cross join lateral (${asked}) n`;

/** Of a few customers, without reading more of what they did than decides; null where all of it does. */
function countedOfEach(
  sql: ISql,
  { at, times }: Happenings,
  bounds: Bounds,
  { ofOne, who }: { ofOne: OfOne; who: readonly string[] },
): CompiledLeaf | null {
  const { atLeast, atMost } = times;
  if (bounds.ripe !== null) return null;
  const newest = { order: sql`desc`, within: inWindowOf(sql, at, bounds) };
  if (atMost === null) {
    // With one asked for, the newest is the last to leave; with n, the n-th newest.
    const last = someOf(sql, ofOne, at, { ...newest, skip: atLeast - 1, count: 1 });
    const next = bounds.after === null ? sql`` : sql`, ${bounds.leaves(sql`n.at`)} as next_at`;
    const rows = sql`select a.id as customer_id ${next} ${ofEach(sql, who, last)}`;
    return { kind: 'row', rows, moves: bounds.after !== null };
  }
  // When the first of them leaves the window is known only of all of them.
  if (bounds.after !== null) return null;
  const some = someOf(sql, ofOne, at, { ...newest, skip: 0, count: atMost + 1 });
  const rows = sql`
    select a.id as customer_id, n.number <= ${atMost} as holds, null::timestamptz as next_at
    ${ofEach(sql, who, sql`select count(*) as number from (${some}) s`)}
    where n.number >= ${Math.max(atLeast, 1)}`;
  return { kind: 'flagged', rows, moves: false, otherwise: false };
}

function counted(sql: ISql, things: Happenings, bounds: Bounds, { who }: Asked): CompiledLeaf {
  const { customer, at, times, ofOne } = things;
  const few =
    who === 'everybody' || ofOne === null ? null : countedOfEach(sql, things, bounds, { ofOne, who });
  if (few !== null) return few;
  const source = inWindow(sql, things, bounds);
  const enough = times.atLeast > 1 ? sql`having count(*) >= ${times.atLeast}` : sql``;
  if (bounds.ripe === null && times.atMost === null) {
    // As above; of everybody that is not worth the sorting.
    const nth = sql`(array_agg(${at} order by ${at}))[(count(*) - ${times.atLeast - 1}::int)::int]`;
    const edge = times.atLeast === 1 ? sql`max(${at})` : who === 'everybody' ? sql`min(${at})` : nth;
    const next = bounds.after === null ? sql`` : sql`, ${bounds.leaves(edge)} as next_at`;
    const rows = sql`select ${customer} as customer_id ${next} ${source} group by ${customer} ${enough}`;
    return { kind: 'row', rows, moves: bounds.after !== null };
  }
  const number = sql`count(*) ${filtered(sql, at, bounds)}`;
  const notMore = times.atMost === null ? sql`` : sql`and ${number} <= ${times.atMost}`;
  const rows = sql`
    select ${customer} as customer_id, ${number} >= ${times.atLeast} ${notMore} as holds,
      ${nextOf(sql, at, bounds)} as next_at
    ${source} group by ${customer} ${enough}`;
  return { kind: 'flagged', rows, moves: moves(bounds), otherwise: false };
}

/** The sum of nothing is 0, so that who has nothing is as 0 is. */
function summed(
  sql: ISql,
  things: Happenings & { sum: NonNullable<Happenings['sum']> },
  bounds: Bounds,
): CompiledLeaf {
  const { customer, at, sum } = things;
  const total = sql`coalesce(sum(${sum.value}) ${filtered(sql, at, bounds)}, 0)`;
  const holds = compares(sql, total, sum.test);
  const otherwise = comparesNumber(0, sum.test);
  // As time goes by a sum falls, unless something in it is less than nothing: who has too little comes to no more.
  const onlyFalls =
    bounds.ripe === null && !otherwise && (sum.test.is === 'at-least' || sum.test.is === 'above');
  const enough = onlyFalls ? sql`having ${holds} or min(${sum.value}) < 0` : sql``;
  const rows = sql`
    select ${customer} as customer_id, ${holds} as holds, ${nextOf(sql, at, bounds)} as next_at
    ${inWindow(sql, things, bounds)} group by ${customer} ${enough}`;
  return { kind: 'flagged', rows, moves: moves(bounds), otherwise };
}

function extreme(sql: ISql, things: Happenings, bounds: Bounds, { who }: Asked): CompiledLeaf {
  const { customer, at, which, from, ofOne } = things;
  const { after, ripe, between } = bounds;
  // The last of all is in the window only if it is the last of those in it, which are fewer.
  const newer = which === 'last' && after !== null ? sql`and ${at} > ${after}` : sql``;
  const m = sql`g.at`;
  const order = which === 'first' ? sql`asc` : sql`desc`;
  const extremes =
    ofOne !== null && who !== 'everybody'
      ? sql`select a.id as customer_id, n.at ${ofEach(sql, who, someOf(sql, ofOne, at, { order, within: newer, skip: 0, count: 1 }))}`
      : sql`
          select ${customer} as customer_id, ${which === 'first' ? sql`min(${at})` : sql`max(${at})`} as at
          ${from} ${newer} group by ${customer}`;
  const left = after === null ? sql`null::timestamptz` : bounds.leaves(m);
  const next = ripe === null ? left : sql`case when ${m} > ${ripe} then ${bounds.ripens(m)} else ${left} end`;
  const rows = sql`
    select g.customer_id, ${ripe === null ? sql`true` : sql`${m} <= ${ripe}`} as holds, ${next} as next_at
    from (${extremes}) g
    where true ${after === null ? sql`` : sql`and ${m} > ${after}`} ${between(m)}`;
  return { kind: ripe === null ? 'row' : 'flagged', rows, moves: moves(bounds), otherwise: false };
}

const moves = ({ after, ripe }: Bounds): boolean => after !== null || ripe !== null;

const filtered = (sql: ISql, at: Fragment, { ripe }: Bounds): Fragment =>
  ripe === null ? sql`` : sql`filter (where ${at} <= ${ripe})`;

function nextOf(sql: ISql, at: Fragment, bounds: Bounds): Fragment {
  const leaving =
    bounds.after === null
      ? sql`null::timestamptz`
      : bounds.leaves(sql`min(${at}) ${filtered(sql, at, bounds)}`);
  if (bounds.ripe === null) return leaving;
  return sql`least(${leaving}, ${bounds.ripens(sql`min(${at}) filter (where ${at} > ${bounds.ripe})`)})`;
}

/** A number compared as a test says. */
export function compares(sql: ISql, value: Fragment, { is, than }: NumberTest): Fragment {
  const to = sql`${String(than)}::text::numeric`;
  switch (is) {
    case 'at-least':
      return sql`${value} >= ${to}`;
    case 'at-most':
      return sql`${value} <= ${to}`;
    case 'above':
      return sql`${value} > ${to}`;
    case 'below':
      return sql`${value} < ${to}`;
  }
}
