import type { PendingQuery, Sql, TransactionSql } from 'postgres';
import type { TraitChannel } from '../../domain/task-queues.ts';

/** A customer who has an address, and what they last got there. */
export interface CustomerAtAddress {
  customerId: string;
  /** The trait as they gave it. */
  stated: string;
  /** The newest message to them on the channel; null: there never was one. */
  last: { deliveryId: string; name: string; message: string } | null;
}

/** Of an address that half the world has given nobody is found to be the one who wrote. */
const most = 100;

/**
 * Who has the address that a channel calls by, the one who got a message there last before the others, then the
 * youngest. A number is compared by its digits: whether it is the same one is for who asks to say.
 */
export async function customersAtAddress(
  tx: TransactionSql,
  channel: TraitChannel,
  address: string,
): Promise<CustomerAtAddress[]> {
  return customersAtAddressQuery(tx, channel, address);
}

/** The statement alone, for its plan. */
export function customersAtAddressQuery(
  tx: Sql | TransactionSql,
  channel: TraitChannel,
  address: string,
): PendingQuery<CustomerAtAddress[]> {
  const has =
    channel === 'email'
      ? tx`lower(btrim(c.traits #>> '{email,value}')) = ${address.toLowerCase()}
          and length(c.traits #>> '{email,value}') <= 300`
      : tx`regexp_replace(c.traits #>> '{phone,value}', '\\D', '', 'g') = ${address.replace(/\D/g, '')}
          and length(c.traits #>> '{phone,value}') <= 100`;
  const trait = channel === 'email' ? 'email' : 'phone';
  return tx<CustomerAtAddress[]>`
    select c.id as "customerId", c.traits #>> ${[trait, 'value']}::text[] as stated,
      case when d.id is not null then
        jsonb_build_object('deliveryId', d.id, 'name', d.name, 'message', d.message) end as last
    from customers c left join lateral (
      select id, name, message, at from deliveries d
      where d.customer_id = c.id and d.channel = ${channel}
        and d.state in ('intended', 'unknown', 'accepted', 'delivered', 'failed', 'bounced')
      order by d.at desc limit 1) d on true
    where ${has} and c.merged_into is null and c.erased_at is null
    order by d.at desc nulls last, c.id desc limit ${most}`;
}
