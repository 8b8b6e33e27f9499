import { Client, Connection } from '@temporalio/client';
import type { Sql } from '../../src/db/connect.ts';
import { derivedSource } from '../../src/domain/derived-event.ts';
import type { InboxMessage } from '../../src/sandbox/inbox-message.ts';

export interface FoundRun {
  id: string;
  userId: string;
  key: string;
  state: string;
  outcome: string | null;
  openedAt: Date;
  closedAt: Date | null;
}

export interface FoundDelivery {
  id: string;
  runId: string;
  userId: string;
  message: string;
  state: string;
  reason: string | null;
  arm: string | null;
  channel: string | null;
  /** Kairos's time, as everything in the ledger. */
  at: Date;
  verdicts: { at: string; state: string; words: string }[];
}

/** What Kairos made of everything, read from its tables and from the provider's inbox. */
export interface Findings {
  /** How often each message id is among the events, and how many events have no customer. */
  events: Map<string, number>;
  ownerless: number;
  rejections: number;
  /** Who entered a segment they were in, or left one they were not in, or is not where they came or left last. */
  turns: string[];
  /** Events of each customer. */
  eventsOf: Map<string, number>;
  /** Product and quantity by customer and cart; empty carts are left out. */
  carts: Map<string, Record<string, number>>;
  /** Whose each order is, and its value in cents. */
  orders: Map<string, { userId: string; value: number }>;
  runs: FoundRun[];
  deliveries: FoundDelivery[];
  inbox: InboxMessage[];
}

/** What is still to be done by itself: nothing in the end. */
export async function leftToDo(sql: Sql): Promise<Record<string, number>> {
  const [left] = await sql<Record<string, number>[]>`
    select (select count(*)::int from unrouted) as unrouted,
           (select count(*)::int from dispatches where done_at is null and not held) as owed,
           (select count(*)::int from runs where state = 'open') as open,
           (select count(*)::int from deliveries where state in ('waiting', 'intended')) as undecided`;
  return left!;
}

/** The deliveries whose call to the provider is under way, as far as the ledger knows. */
export async function callsUnderWay(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from deliveries where state = 'intended' and calling_at is not null`;
  return rows.map(({ id }) => id);
}

/**
 * Those of the calls under way that began up to a moment (Kairos's time), once nothing of a worker that is dead can be
 * written any more: null while the database still serves a connection of it. `deadAt` is real time.
 */
export async function callsLeftBehind(sql: Sql, by: { at: Date; deadAt: Date }): Promise<string[] | null> {
  const [old] = await sql<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity
    where application_name = 'kairos worker' and backend_start <= ${by.deadAt.toISOString()}::timestamptz`;
  if (old!.n > 0) return null;
  const rows = await sql<{ id: string }[]>`
    select id from deliveries where state = 'intended' and calling_at <= ${by.at.toISOString()}::timestamptz`;
  return rows.map(({ id }) => id);
}

/** Every known customer by the user id they came with. */
const people = (sql: Sql) => sql`
  select customer_id, external_id as "userId" from customer_ids where kind = 'user'`;

export async function readFindings(sql: Sql, inboxUrl: string): Promise<Findings> {
  const events = await sql<{ id: string; n: number }[]>`
    select message_id as id, count(*)::int as n from events where ${posted(sql)} group by 1`;
  const [others] = await sql<{ ownerless: number; rejections: number }[]>`
    select (select count(*)::int from events e left join customer_events c using (seq) where c.seq is null) as ownerless,
           (select count(*)::int from rejections) as rejections`;
  const eventsOf = await sql<{ userId: string; n: number }[]>`
    select p."userId", count(*)::int as n
    from customer_events c join events e using (seq) join (${people(sql)}) p using (customer_id)
    where ${posted(sql)} group by 1`;
  return {
    events: new Map(events.map(({ id, n }) => [id, n])),
    ...others!,
    turns: await wrongTurns(sql),
    eventsOf: new Map(eventsOf.map(({ userId, n }) => [userId, n])),
    carts: await readCarts(sql),
    orders: await readOrders(sql),
    runs: [
      ...(await sql<FoundRun[]>`
        select r.id, p."userId", r.key, r.state, r.outcome, r.opened_at as "openedAt", r.closed_at as "closedAt"
        from runs r left join (${people(sql)}) p using (customer_id)`),
    ],
    deliveries: [
      ...(await sql<FoundDelivery[]>`
        select d.id, d.run_id as "runId", p."userId", d.message, d.state, d.reason, d.arm, d.channel, d.at, d.verdicts
        from deliveries d left join (${people(sql)}) p using (customer_id)`),
    ],
    inbox: await readInbox(inboxUrl),
  };
}

/** Not what Kairos itself derived. */
const posted = (sql: Sql) => sql`source is distinct from ${derivedSource}`;

/** Of those whom nobody was joined to: what two did before takes no turns. */
async function wrongTurns(sql: Sql): Promise<string[]> {
  const rows = await sql<{ wrong: string }[]>`
    with turns as (
      select c.customer_id, e.subject, e.seq, e.name, lag(e.name) over (
        partition by c.customer_id, e.subject order by e.seq) as before
      from events e join customer_events c using (seq)
      where e.source = ${derivedSource} and e.name in ('Segment Entered', 'Segment Left')
        and not exists (select from customers m where m.merged_into = c.customer_id)),
    latest as (
      select distinct on (customer_id, subject) customer_id, subject, name from turns
      order by customer_id, subject, seq desc)
    select customer_id || ': ' || name || ' ' || subject || ' after ' || coalesce(before, 'nothing') as wrong
    from turns where name = before or (before is null and name = 'Segment Left')
    union all
    select customer_id || ': ' || name || ' ' || subject || ' was the last, and is kept otherwise' from latest l
    where (name = 'Segment Entered') <> exists (
      select from memberships m join segments s on s.name = m.segment and s.generation = m.generation
      where m.customer_id = l.customer_id and m.segment = l.subject and m.is_member)`;
  return rows.map(({ wrong }) => wrong);
}

async function readCarts(sql: Sql): Promise<Findings['carts']> {
  const rows = await sql<{ userId: string; key: string; lines: { productId: string; quantity: number }[] }[]>`
    select p."userId", c.key, c.lines from carts c left join (${people(sql)}) p using (customer_id)
    where jsonb_array_length(c.lines) > 0`;
  return new Map(
    rows.map(({ userId, key, lines }) => {
      const quantities = lines.map(({ productId, quantity }) => [productId, quantity] as const).sort();
      return [`${userId}/${key}`, Object.fromEntries(quantities)];
    }),
  );
}

async function readOrders(sql: Sql): Promise<Findings['orders']> {
  const rows = await sql<{ id: string; userId: string; value: number }[]>`
    select o.order_id as id, p."userId", o.value_minor::int as value
    from orders o left join (${people(sql)}) p using (customer_id)`;
  return new Map(rows.map(({ id, userId, value }) => [id, { userId, value }]));
}

/** How many workflows Temporal has of each status. */
export async function workflowsByStatus(address: string): Promise<Record<string, number>> {
  const connection = await Connection.connect({ address });
  try {
    const { groups } = await new Client({ connection }).workflow.count('GROUP BY ExecutionStatus');
    return Object.fromEntries(groups.map(({ groupValues, count }) => [String(groupValues[0]), count]));
  } finally {
    await connection.close();
  }
}

async function readInbox(url: string): Promise<InboxMessage[]> {
  const answer = await fetch(`${url}/sandbox/messages?limit=100000`, {
    headers: { authorization: 'Bearer dev-admin-key' },
  });
  return ((await answer.json()) as { messages: InboxMessage[] }).messages;
}
