import type { TransactionSql } from 'postgres';
import type { Channel } from '../../domain/task-queues.ts';

/** Where a customer is refused by nothing but a stop word of theirs, and what they had said before it. */
export interface WordByStop {
  customerId: string;
  channel: Channel;
  before: 'granted' | 'denied' | null;
}

/** Of some customers the channels of which their newest word, on the channel as a whole, is a denial from this source. */
export async function wordsByStop(
  tx: TransactionSql,
  of: { customerIds: readonly string[]; channels: readonly Channel[]; source: string },
): Promise<WordByStop[]> {
  return tx<WordByStop[]>`
    select c.customer_id as "customerId", c.channel, b.state as before
    from (
      select distinct on (customer_id, channel) customer_id, channel, state, source, at from consents
      where customer_id = any(${[...of.customerIds]}::uuid[]) and channel = any(${[...of.channels]}::text[])
        and topic = ''
      order by customer_id, channel, at desc, state, id desc
    ) c left join lateral (
      select state from consents b
      where b.customer_id = c.customer_id and b.channel = c.channel and b.topic = '' and b.at <= c.at
        and not (b.source = ${of.source} and b.state = 'denied')
      order by b.at desc, b.state, b.id desc limit 1) b on true
    where c.state = 'denied' and c.source = ${of.source}
    order by c.customer_id, c.channel`;
}
