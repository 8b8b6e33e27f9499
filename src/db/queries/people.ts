import type { TransactionSql } from 'postgres';
import { isSubscribed } from './push-subscriptions.ts';
import type { Traits } from '../../routing/traits.ts';
import type { IdKind, IdLink, Person } from '../../routing/identity.ts';

/** An id and the customer it leads to. */
export interface KnownId {
  kind: IdKind;
  externalId: string;
  customerId: string;
}

/** The customers that some ids lead to. */
export async function findIds(
  tx: TransactionSql,
  ids: { users: string[]; anonymous: string[] },
): Promise<KnownId[]> {
  return tx<KnownId[]>`
    select kind, external_id as "externalId", customer_id as "customerId" from customer_ids
    where (kind = 'user' and external_id = any(${ids.users}))
       or (kind = 'anonymous' and external_id = any(${ids.anonymous}))`;
}

export interface CustomerRow {
  id: string;
  armKey: string;
  /** Those that were taken away among them, as null. */
  traits: Traits;
  /** Null: the last of the list. */
  persona: string | null;
  known: boolean;
  /** A browser of theirs takes push. */
  subscribed: boolean;
}

/** Locks customers, in the order of their ids as everybody who locks several does, and reads them. */
export async function lockCustomers(tx: TransactionSql, ids: string[]): Promise<CustomerRow[]> {
  // Of a row that had to be waited for, what stands in it then is read. The ids and browsers change under routing's lock alone.
  return tx<CustomerRow[]>`
    select id, arm_key as "armKey", traits || withdrawn_traits as traits, persona,
           exists (select 1 from customer_ids i where i.customer_id = c.id and i.kind = 'user') as known,
           ${isSubscribed(tx)} as subscribed
    from customers c where id = any(${ids}::uuid[]) order by id for update of c`;
}

/** Those of some customers who are known by no `userId`, with what they could be reached by. */
export async function visitorsAmong(
  tx: TransactionSql,
  ids: readonly string[],
): Promise<Pick<CustomerRow, 'id' | 'traits' | 'subscribed'>[]> {
  if (ids.length === 0) return [];
  return tx<Pick<CustomerRow, 'id' | 'traits' | 'subscribed'>[]>`
    select c.id, c.traits, ${isSubscribed(tx)} as subscribed from customers c
    where c.id = any(${[...ids]}::uuid[])
      and not exists (select from customer_ids i where i.customer_id = c.id and i.kind = 'user')`;
}

/**
 * Customers as old as their first event: of two who become one the older is then the same however their events fell
 * into batches, also in a replay. One without is as old as `at`.
 */
export async function insertCustomers(
  tx: TransactionSql,
  people: readonly Person[],
  at: Date,
): Promise<void> {
  if (people.length === 0) return;
  const since = people.map(({ firstAt }) => (firstAt === undefined ? at : new Date(firstAt)).toISOString());
  await tx`
    insert into customers (id, arm_key, created_at)
    select * from unnest(
      ${people.map((p) => p.id)}::uuid[], ${people.map((p) => p.armKey)}::text[], ${since}::timestamptz[])`;
}

/** Makes ids lead to their customers: new ones, and those that moved. */
export async function linkIds(tx: TransactionSql, links: readonly IdLink[]): Promise<void> {
  if (links.length === 0) return;
  await tx`
    insert into customer_ids (kind, external_id, customer_id, at)
    select * from unnest(
      ${links.map((l) => l.kind)}::text[], ${links.map((l) => l.externalId)}::text[],
      ${links.map((l) => l.person.id)}::uuid[], ${links.map((l) => new Date(l.at).toISOString())}::timestamptz[])
    on conflict (kind, external_id) do update set customer_id = excluded.customer_id, at = excluded.at`;
}

/** Traits that hold and those taken away are two columns: who reads the first need not know of the second. */
export async function saveTraits(tx: TransactionSql, changed: ReadonlyMap<string, Traits>): Promise<void> {
  if (changed.size === 0) return;
  const rows = [...changed].map(([id, all]) => {
    const parted = (isAway: boolean) =>
      Object.fromEntries(Object.entries(all).filter(([, { value }]) => (value === null) === isAway));
    return { id, traits: parted(false), withdrawn: parted(true) };
  });
  await tx`
    update customers c set traits = r.traits, withdrawn_traits = r.withdrawn
    from jsonb_to_recordset(${tx.json(rows as never)}) as r (id uuid, traits jsonb, withdrawn jsonb)
    where c.id = r.id`;
}
