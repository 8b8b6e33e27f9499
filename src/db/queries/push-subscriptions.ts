import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { bounds } from '../../domain/bounds.ts';

/** A browser's subscription to push. */
export interface PushSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** Whether a browser of the customer `c` of the statement around it is subscribed. */
export function isSubscribed(sql: Sql | TransactionSql): PendingQuery<Row[]> {
  return sql`exists (
    select from push_subscriptions p where p.customer_id = c.id and p.gone_at is null)`;
}

/** The browsers on which a customer is reached, newest first, also under the id of one who was joined to them. */
export async function liveSubscriptions(
  sql: Sql | TransactionSql,
  customerId: string,
): Promise<({ id: string } & PushSubscription)[]> {
  return sql<({ id: string } & PushSubscription)[]>`
    select p.id, p.endpoint, p.keys from push_subscriptions p
    where p.gone_at is null
      and p.customer_id = (select coalesce(c.merged_into, c.id) from customers c where c.id = ${customerId})
    order by p.created_at desc, p.id desc limit ${bounds.pushSubscriptions}`;
}

/** Notes that push services know some browsers no more. */
export async function dropSubscriptions(
  sql: Sql | TransactionSql,
  ids: readonly string[],
  at: Date,
): Promise<void> {
  await sql`
    update push_subscriptions set gone_at = ${at} where id = any(${[...ids]}::uuid[]) and gone_at is null`;
}

/** Whether this very subscription stands, and the customer whom these ids lead to has it. */
export async function isRegistered(
  sql: Sql,
  { endpoint, keys }: PushSubscription,
  ids: { userId: string | null; anonymousId: string | null },
): Promise<boolean> {
  const [row] = await sql<{ theirs: boolean }[]>`
    select p.keys = ${sql.json(keys)}::jsonb and (
      select count(*) = (${ids.userId}::text is not null)::int + (${ids.anonymousId}::text is not null)::int
      from customer_ids i where i.customer_id = p.customer_id
        and ((i.kind = 'user' and i.external_id = ${ids.userId})
          or (i.kind = 'anonymous' and i.external_id = ${ids.anonymousId}))) as theirs
    from push_subscriptions p where p.endpoint = ${endpoint} and p.gone_at is null`;
  return row?.theirs ?? false;
}

/** What an event says of a browser: that it subscribed, or (without keys) that it no longer is. Times are Kairos's. */
export interface SubscriptionNews {
  id: string;
  customerId: string;
  endpoint: string;
  keys: PushSubscription['keys'] | null;
  at: Date;
}

/**
 * Writes what events say of browsers, in their order: a browser belongs to whoever subscribed on it last. Of each customer
 * concerned the newest stay, as many as the bound.
 */
export async function saveSubscriptions(
  tx: TransactionSql,
  news: readonly SubscriptionNews[],
): Promise<void> {
  if (news.length === 0) return;
  const last = [...new Map(news.map((one) => [one.endpoint, one])).values()];
  const rows = last.map(({ customerId, at, ...one }) => ({ ...one, customer_id: customerId, at }));
  await tx`
    insert into push_subscriptions (id, customer_id, endpoint, keys, created_at)
    select id, customer_id, endpoint, keys, at
    from jsonb_to_recordset(${tx.json(rows.filter(({ keys }) => keys !== null))})
      as r (id uuid, customer_id uuid, endpoint text, keys jsonb, at timestamptz)
    on conflict (endpoint) do update set
      customer_id = excluded.customer_id, keys = excluded.keys, created_at = excluded.created_at, gone_at = null`;
  await tx`
    update push_subscriptions p set gone_at = r.at
    from jsonb_to_recordset(${tx.json(rows.filter(({ keys }) => keys === null))})
      as r (endpoint text, at timestamptz)
    where p.endpoint = r.endpoint and p.gone_at is null`;
  const customers = [...new Set(last.map(({ customerId }) => customerId))];
  await tx`
    update push_subscriptions p set gone_at = n.created_at
    from (
      select o.id, o.customer_id, o.created_at,
        row_number() over (partition by o.customer_id order by o.created_at desc, o.id desc) as place
      from push_subscriptions o where o.customer_id = any(${customers}::uuid[]) and o.gone_at is null) n
    where p.id = n.id and n.place > ${bounds.pushSubscriptions}`;
}
