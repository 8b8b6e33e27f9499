import type { Sql } from 'postgres';
import type { SuppressionReason } from '../../domain/suppression.ts';
import type { Channel } from '../../domain/task-queues.ts';
import { lookUpCustomer } from './find-customer.ts';
import { lastAgreedAt } from './suppressions-in-force.ts';

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

/** A suppression of an address of a customer's; `agreedAt` in epoch milliseconds, when they last agreed to the channel. */
export interface SuppressedNow {
  channel: Channel;
  reason: SuppressionReason;
  at: Date;
  agreedAt: number | null;
}

/** What is suppressed of some addresses of a customer's now, the oldest first. */
export async function suppressedNow(
  sql: Sql,
  { customerId, addressHashes }: { customerId: string; addressHashes: readonly string[] },
): Promise<SuppressedNow[]> {
  const agreedAt = lastAgreedAt(sql, { customerId: sql`${customerId}`, topic: '' });
  return sql<SuppressedNow[]>`
    select s.channel, s.reason, s.at, ${agreedAt}::float8 as "agreedAt" from suppressions s
    where s.address_hash = any(${[...addressHashes]}::text[]) and s.lifted_at is null order by s.at`;
}
