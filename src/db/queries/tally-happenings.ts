import type { ISql } from 'postgres';
import type { DidPredicate, OrderedPredicate } from '../../define/predicate-data.ts';
import { didHappenings } from './evaluate-predicate-events.ts';
import { orderHappenings } from './evaluate-predicate-orders.ts';
import { boundsOf } from './evaluate-predicate-window.ts';

/** What there is of a customer for a question about events or orders. */
export interface Tally {
  /** In the question's window. */
  times: number;
  /** Of the property that is summed, or of minor units of money, in the window; 0 when nothing is summed. */
  total: number;
  /** Of all, in the window or not. */
  firstAt: Date | null;
  lastAt: Date | null;
}

/** What a question about events or orders counts for a customer, whatever number it asks for. */
export async function tallyHappenings(
  sql: ISql,
  leaf: DidPredicate | OrderedPredicate,
  { customerId, now }: { customerId: string; now: Date },
): Promise<Tally> {
  const asked = { who: [customerId], now };
  // All of them, in the window or not: it is the aggregates that look for those in it.
  const things = leaf.kind === 'did' ? didHappenings(sql, leaf, asked) : orderHappenings(sql, leaf, asked);
  const { from, at, sum } = things;
  const { after, ripe, between } = boundsOf(sql, things, now);
  const inWindow = sql`true ${after === null ? sql`` : sql`and ${at} > ${after}`}
    ${ripe === null ? sql`` : sql`and ${at} <= ${ripe}`} ${between(at)}`;
  const [row] = await sql<
    { times: string; total: string | null; firstAt: Date | null; lastAt: Date | null }[]
  >`
    select count(*) filter (where ${inWindow}) as times,
      ${sum ? sql`sum(${sum.value}) filter (where ${inWindow})` : sql`0`}::text as total,
      min(${at}) as "firstAt", max(${at}) as "lastAt"
    ${from}`;
  const { times, total, firstAt, lastAt } = row!;
  return { times: Number(times), total: Number(total ?? 0), firstAt, lastAt };
}
