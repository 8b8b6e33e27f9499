import type { Sql } from 'postgres';
import type { SuppressionReason } from '../../domain/suppression.ts';
import type { Channel } from '../../domain/task-queues.ts';
import { lookUpCustomer } from './find-customer.ts';

/** Who a link out belongs to by now, with what their addresses are made of. */
export interface LeavingCustomer {
  id: string;
  erased: boolean;
  email: unknown;
  phone: unknown;
}

/** The customer, or whoever has what was theirs since; null when there never was one in these data. */
export async function leavingCustomer(sql: Sql, customerId: string): Promise<LeavingCustomer | null> {
  const found = await lookUpCustomer(sql, customerId, 'id');
  if (found === null) return null;
  const [traits] = await sql<{ email: unknown; phone: unknown }[]>`
    select traits #> '{email,value}' as email, traits #> '{phone,value}' as phone
    from customers where id = ${found.id}`;
  return { id: found.id, erased: found.erasedAt !== null, email: traits?.email, phone: traits?.phone };
}

/** What is suppressed of some addresses now. */
export async function suppressedNow(
  sql: Sql,
  addressHashes: readonly string[],
): Promise<{ channel: Channel; reason: SuppressionReason; at: Date }[]> {
  return sql<{ channel: Channel; reason: SuppressionReason; at: Date }[]>`
    select channel, reason, at from suppressions
    where address_hash = any(${[...addressHashes]}::text[]) and lifted_at is null order by at`;
}
