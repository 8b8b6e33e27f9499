import type { TransactionSql } from 'postgres';
import { ownLine } from '../../define/watch.ts';
import type { Consumed, Purchase, WaitingEntry } from '../../routing/waiting-book.ts';

/** A customer and a product they look at. */
export interface CustomerSku {
  customerId: string;
  sku: string;
}

interface EntryRow {
  id: string;
  list: string;
  customer_id: string;
  sku: string;
  since: Date;
  asked_at: Date | null;
}

/**
 * The entries that wait and that a batch may change: those of customers for what they look at, and all those of buyers.
 * Their customers are locked: the gate consumes none meanwhile. Those that are looked at are locked too, so that no wait
 * ends as too long in the moment in which somebody asks again: it ends before, and they begin anew, or not at all. By looking nobody asks to be gathered once more.
 */
export async function loadWaiting(
  tx: TransactionSql,
  { looks, buyers }: { looks: readonly CustomerSku[]; buyers: string[] },
): Promise<WaitingEntry[]> {
  const rows = await tx<EntryRow[]>`
    with looked as materialized (
      select w.id, w.list, w.customer_id, w.sku, w.since, w.asked_at from waiting_entries w
      join unnest(${customersOf(looks)}::uuid[], ${skusOf(looks)}::text[]) as l (customer_id, sku)
        on l.customer_id = w.customer_id and l.sku = w.sku
      where w.state = 'waiting' and not starts_with(w.list, ${ownLine}) for no key update of w)
    select * from looked
    union
    select w.id, w.list, w.customer_id, w.sku, w.since, w.asked_at from waiting_entries w
    where w.state = 'waiting' and w.customer_id = any(${buyers}::uuid[])`;
  return rows.map(({ customer_id, since, asked_at, ...row }) => ({
    ...{ ...row, customerId: customer_id, since: since.getTime(), askedAt: asked_at?.getTime() ?? null },
    state: 'waiting' as const,
    ...{ reason: null, boughtSku: null, endedAt: null, isNew: false, changed: false },
  }));
}

/** When entries for what some customers look at were last consumed. */
export async function loadConsumed(tx: TransactionSql, looks: readonly CustomerSku[]): Promise<Consumed[]> {
  const rows = await tx<{ list: string; customer_id: string; sku: string; at: Date }[]>`
    select w.list, w.customer_id, w.sku, max(w.ended_at) as at from waiting_entries w
    join unnest(${customersOf(looks)}::uuid[], ${skusOf(looks)}::text[]) as l (customer_id, sku)
      on l.customer_id = w.customer_id and l.sku = w.sku
    where w.state = 'consumed' group by w.list, w.customer_id, w.sku`;
  return rows.map(({ list, customer_id, sku, at }) => ({
    ...{ list, customerId: customer_id, sku, at: at.getTime() },
  }));
}

/** What some customers bought since a moment, and when they last did. An order that was cancelled in time closes no place; one that is cancelled later gives none back. */
export async function loadPurchases(
  tx: TransactionSql,
  customerIds: string[],
  since: number,
): Promise<Purchase[]> {
  const rows = await tx<{ customer_id: string; sku: string; at: Date }[]>`
    select customer_id, sku, max(ordered_at) as at from purchases
    where customer_id = any(${customerIds}::uuid[]) and ordered_at >= ${new Date(since)}
    group by customer_id, sku`;
  return rows.map((row) => ({ customerId: row.customer_id, sku: row.sku, at: row.at.getTime() }));
}

/**
 * Writes entries that were opened or changed. Those that ended go first: then another may wait in their place. One that
 * was closed meanwhile, as its wait had lasted too long, stays closed.
 */
export async function saveEntries(tx: TransactionSql, entries: readonly WaitingEntry[]): Promise<void> {
  const [ended, waiting] = [true, false].map((isEnded) =>
    entries.filter((entry) => (entry.state !== 'waiting') === isEnded),
  );
  for (const some of [ended!, waiting!]) {
    if (some.length === 0) continue;
    const rows = some.map(({ id, list, customerId, sku, since, state, reason, ...one }) => ({
      ...{ id, list, customer_id: customerId, sku, since: new Date(since), state, reason },
      asked_at: dateOf(one.askedAt),
      bought_sku: one.boughtSku,
      ended_at: dateOf(one.endedAt),
    }));
    await tx`
      insert into waiting_entries (id, list, customer_id, sku, since, asked_at, state, reason, bought_sku, ended_at)
      select * from jsonb_to_recordset(${tx.json(rows)})
        as r (id uuid, list text, customer_id uuid, sku text, since timestamptz, asked_at timestamptz, state text,
              reason text, bought_sku text, ended_at timestamptz)
      on conflict (id) do update set
        since = excluded.since, asked_at = excluded.asked_at, state = excluded.state, reason = excluded.reason,
        bought_sku = excluded.bought_sku, ended_at = excluded.ended_at
      where waiting_entries.state = 'waiting'`;
  }
}

/** A line of an order, as it was reported. Time in epoch milliseconds. */
export interface OrderLine extends Purchase {
  orderId: string;
  /** The id under which the order is kept if its customer was erased. */
  erasedAs: string;
}

/**
 * Keeps what was ordered: each sku of an order once, since it was first reported, by whoever reported it last. Lines of
 * an order whose customer was erased stay as they were.
 */
export async function saveOrderLines(tx: TransactionSql, lines: readonly OrderLine[]): Promise<void> {
  const byLine = new Map<string, OrderLine>();
  for (const line of lines) {
    const name = JSON.stringify([line.orderId, line.sku]);
    byLine.set(name, { ...line, at: Math.min(line.at, byLine.get(name)?.at ?? line.at) });
  }
  const rows = [...byLine.values()].map(({ orderId, sku, customerId, at, erasedAs }) => ({
    ...{ order_id: orderId, sku, customer_id: customerId, ordered_at: new Date(at), erased_as: erasedAs },
  }));
  if (rows.length === 0) return;
  await tx`
    insert into order_lines (order_id, sku, customer_id, ordered_at)
    select order_id, sku, customer_id, ordered_at from jsonb_to_recordset(${tx.json(rows)})
      as r (order_id text, sku text, customer_id uuid, ordered_at timestamptz, erased_as text)
    where not exists (select from orders o where o.order_id = r.erased_as)
    on conflict (order_id, sku) do update set
      customer_id = excluded.customer_id, ordered_at = least(order_lines.ordered_at, excluded.ordered_at)`;
}

const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms));
const customersOf = (looks: readonly CustomerSku[]) => looks.map(({ customerId }) => customerId);
const skusOf = (looks: readonly CustomerSku[]) => looks.map(({ sku }) => sku);
