import type { TransactionSql } from 'postgres';

/** A number that half the world has given is nobody's: whoever has it is held back by its suppression alone. */
const most = 1_000;

/** Who gave a phone number, compared by its digits: whether it is the same one is for who asks to say. By id. */
export async function customersWithNumber(
  tx: TransactionSql,
  number: string,
): Promise<{ customerId: string; stated: string }[]> {
  return tx<{ customerId: string; stated: string }[]>`
    select id as "customerId", traits #>> '{phone,value}' as stated from customers
    where regexp_replace(traits #>> '{phone,value}', '\\D', '', 'g') = ${number.replace(/\D/g, '')}
      and length(traits #>> '{phone,value}') <= 100 and merged_into is null and erased_at is null
    order by id limit ${most}`;
}
