import type { ISql, PendingQuery, Row } from 'postgres';
import type { NumberTest, OrderedPredicate } from '../../define/predicate-data.ts';
import { minorDigits } from '../../domain/money.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';
import { skusOf } from './evaluate-predicate-events.ts';
import { happenedLeaf, type Happenings } from './evaluate-predicate-window.ts';

type Fragment = PendingQuery<Row[]>;

/** Orders that were reported as placed, and not cancelled. A refund alone tells of no order, only of what one is worth less. */
export function orderedLeaf(sql: ISql, leaf: OrderedPredicate, asked: Asked): CompiledLeaf {
  return happenedLeaf(sql, orderHappenings(sql, leaf, asked), asked);
}

export function orderHappenings(sql: ISql, leaf: OrderedPredicate, asked: Asked): Happenings {
  const { who } = asked;
  const among = who === 'everybody' ? sql`` : sql`and o.customer_id = any(${[...who]}::uuid[])`;
  const ofOne = sql`and o.customer_id = a.id`;
  const inCurrency = leaf.spent ? sql`and o.currency = ${leaf.spent.currency}` : sql``;
  const at = { placed: sql`o.ordered_at`, open: sql`o.ordered_at`, ...movedAt(sql) }[leaf.state];
  const from = (whose: Fragment) => sql`
    from orders o where o.cancelled_at is null and o.reported_at > 'epoch'
      ${stateOf(sql, leaf)} ${leaf.reduced ? sql`and o.reduced` : sql``} ${inCurrency} ${withLines(sql, leaf)} ${whose}`;
  // When they were ordered is what the index has.
  const isInOrder = leaf.state === 'placed' || leaf.state === 'open';
  return {
    from: from(among),
    customer: sql`o.customer_id`,
    at,
    window: leaf.window,
    ripensMs: 0,
    which: leaf.which,
    times: leaf.times,
    ofOne: isInOrder ? { from: from(ofOne), each: null } : null,
    sum: leaf.spent && { value: sql`(o.value_minor - o.refunded_minor)`, test: inMinor(leaf.spent) },
  };
}

const movedAt = (sql: ISql) => ({ shipped: sql`o.shipped_at`, delivered: sql`o.delivered_at` });

function stateOf(sql: ISql, { state }: OrderedPredicate): Fragment {
  switch (state) {
    case 'placed':
      return sql``;
    case 'open':
      return sql`and o.delivered_at is null`;
    case 'shipped':
      return sql`and o.shipped_at is not null`;
    case 'delivered':
      return sql`and o.delivered_at is not null`;
  }
}

/** The lines are found by their order: when that turns out to be another customer's, they keep the first. */
function withLines(sql: ISql, { about }: OrderedPredicate): Fragment {
  if (about === null) return sql``;
  return sql`and exists (
    select from order_lines l where l.order_id = o.order_id and l.sku in (${skusOf(sql, about)}))`;
}

/** Fractions of a minor unit are kept: nobody spends them, and rounded they would be another bound. */
function inMinor({ currency, test }: NonNullable<OrderedPredicate['spent']>): NumberTest {
  return { ...test, than: Number((test.than * 10 ** minorDigits(currency)).toFixed(4)) };
}
