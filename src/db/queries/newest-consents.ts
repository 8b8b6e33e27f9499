import type { ISql } from 'postgres';

/** What a customer said last. */
export interface SaidConsent {
  state: 'granted' | 'denied';
  topic: string;
  source: string;
  at: Date;
}

/** What a customer said last of a channel as a whole, and of a topic on it if one is given; at most one of each. */
export async function newestConsents(
  sql: ISql,
  customerId: string,
  { channel, topic }: { channel: string; topic: string },
): Promise<SaidConsent[]> {
  return sql<SaidConsent[]>`
    select distinct on (topic) topic, state, source, at from consents
    where customer_id = ${customerId} and channel = ${channel} and topic = any(${['', topic]}::text[])
    order by topic, at desc, state, id desc`;
}
