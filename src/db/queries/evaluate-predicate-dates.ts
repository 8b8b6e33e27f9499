import type { ISql, PendingQuery, Row } from 'postgres';
import type { DateTest, TraitPredicate } from '../../define/predicate-data.ts';
import { bounds } from '../../domain/bounds.ts';
import { defaultZone } from '../../domain/zone.ts';
import { shopScope } from '../../domain/setting-scopes.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';

type Fragment = PendingQuery<Row[]>;

/**
 * A trait that is a date, asked in the customer's own calendar. `domain/occasion.ts` says what is a date, what its
 * anniversaries are, and on which day a moment falls; this is the same in SQL. `t` is the customer, `z` their zone: see
 * `joinedZone`. Each step is a sub-select of its own that is not inlined: what it gives is used often.
 */
export function dateLeaf(
  sql: ISql,
  { trait, origin }: Pick<TraitPredicate, 'trait' | 'origin'>,
  test: DateTest,
  { now }: Asked,
): CompiledLeaf {
  const ofOrigin = origin === null ? sql`` : sql`and t.traits -> ${trait}::text ->> 'origin' = ${origin}`;
  const moment = sql`${now}::timestamptz`;
  const isYearly = test.is === 'day' && test.yearly;
  const dates = sql`
    select v.zone, (${moment} at time zone v.zone)::date as today, ${dateIn(sql, isYearly)} as d,
      ${isYearly ? sql`v.value ~ ${monthDay}` : sql`false`} as every_year
    from (
      select btrim(t.traits -> ${trait}::text ->> 'value') as value, ${zoneOf(sql)} as zone
      where jsonb_typeof(t.traits -> ${trait}::text -> 'value') = 'string' ${ofOrigin} offset 0) v
    offset 0`;
  if (test.is === 'date') {
    const from = test.from === null ? sql`` : sql`and x.d >= ${test.from}::date`;
    const before = test.before === null ? sql`` : sql`and x.d < ${test.before}::date`;
    return {
      kind: 'each',
      rows: sql`select (x.d is not null ${from} ${before}) as holds from (${dates}) x`,
      moves: false,
    };
  }
  const days = isYearly ? yearlyDays(sql, dates, test) : onceDays(sql, dates, test);
  const rows = sql`
    select r.holds, ${startOf(sql, sql`r.next_day`, sql`r.zone`)} as next_at
    from (select y.zone, ${isIn(sql)} as holds, ${nextDay(sql)} as next_day from (${days}) y offset 0) r`;
  return { kind: 'each', rows, moves: true };
}

/** The customer's zone, else the shop's. */
export const joinedZone = (sql: ISql): Fragment =>
  sql`left join time_zones z on z.name = lower(t.traits -> 'timezone' ->> 'value')`;

const zoneOf = (sql: ISql): Fragment => sql`
  coalesce(z.name, (
    select zs.name from settings s join time_zones zs on zs.name = lower(s.value ->> 'timezone')
    where s.scope = ${shopScope}), ${defaultZone})`;

const month = '(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const time = '[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?';
const monthDay = `^(--)?${month}$`;
const day = `^[0-9]{4}-${month}`;
const written = `${day}(${time})?$`;
const midnight = `${day}[T ]00:00(:00(\\.0+)?)?(Z|[+]00:?00)$`;
const instant = `${day}${time}(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)$`;

/** The date that `v.value` is, or null. No cast is reached by what it would refuse. */
function dateIn(sql: ISql, isYearly: boolean): Fragment {
  // Of a day without its year, a leap year tells whether there is such a day.
  const ofMonthDay = isYearly
    ? sql`when v.value ~ ${monthDay} then ${existing(sql, sql`'2000-' || right(v.value, 5)`)}`
    : sql``;
  return sql`case ${ofMonthDay}
    when v.value !~ ${day}
      or left(v.value, 4)::int not between ${bounds.earliestYear} and ${bounds.latestYear} then null
    when length(v.value) = 10 then ${existing(sql, sql`v.value`)}
    when ${existing(sql, sql`left(v.value, 10)`)} is null then null
    when v.value ~ ${written} or v.value ~ ${midnight} then left(v.value, 10)::date
    when v.value ~ ${instant} then (v.value::timestamptz at time zone v.zone)::date end`;
}

/** The date a text of the form 2026-02-30 is, if there is such a day: up to the 28th there always is. */
const existing = (sql: ISql, text: Fragment): Fragment => sql`
  case when right(${text}, 2) <= '28' then (${text})::date
    when right(${text}, 2)::int <= extract(day from
      (left(${text}, 7) || '-01')::date + interval '1 month' - interval '1 day')
    then (${text})::date end`;

type DayTest = Extract<DateTest, { is: 'day' }>;

/** The first and the last day on which it holds; an open end has none. */
const onceDays = (sql: ISql, dates: Fragment, { from, to }: DayTest): Fragment => sql`
  select x.zone, x.today, x.d,
    ${to === null ? sql`null::date` : sql`x.d - ${to}::int`} as first_day,
    ${from === null ? sql`null::date` : sql`x.d - ${from}::int`} as last_day
  from (${dates}) x where x.d is not null offset 0`;

/**
 * The same for the occasion that is not over yet: the date itself while it lies ahead, then the first anniversary that
 * is. What happened today has no anniversary today.
 */
function yearlyDays(sql: ISql, dates: Fragment, { from, to }: DayTest): Fragment {
  const least = from ?? 0;
  const ahead = Math.max(least, 1);
  const years = sql`extract(year from x.today + ${least}::int)::int - extract(year from x.d)::int`;
  const inYears = (years: Fragment) => sql`(x.d + make_interval(years => ${years}))::date`;
  const occasions = sql`
    select x.*, case
      when not x.every_year and x.today <= x.d - ${ahead}::int then 0
      else greatest(
        ${years} + (${inYears(years)} < x.today + ${least}::int)::int,
        case when x.every_year then -10000 else 1 end) end as years
    from (${dates}) x where x.d is not null offset 0`;
  return sql`
    select x.zone, x.today, x.d, ${inYears(sql`x.years`)} - ${to ?? least}::int as first_day,
      ${inYears(sql`x.years`)} - (case when x.years = 0 and not x.every_year then ${ahead}::int else ${least}::int end) as last_day
    from (${occasions}) x offset 0`;
}

const isIn = (sql: ISql): Fragment =>
  sql`(coalesce(y.today >= y.first_day, true) and coalesce(y.today <= y.last_day, true))`;

const nextDay = (sql: ISql): Fragment => sql`
  case when y.today < y.first_day then y.first_day when y.today <= y.last_day then y.last_day + 1 end`;

/**
 * When a day begins in a zone. Of a midnight that comes twice, because clocks are put back over it, PostgreSQL takes the
 * second and the day begins with the first.
 */
const startOf = (sql: ISql, day: Fragment, zone: Fragment): Fragment => {
  const midnight = sql`(${day}::timestamp at time zone ${zone})`;
  const before = sql`(${midnight} - interval '1 hour')`;
  return sql`case when (${before} at time zone ${zone})::date = ${day} then ${before} else ${midnight} end`;
};
