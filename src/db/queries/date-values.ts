import type { TransactionSql } from 'postgres';
import type { DateSource } from '../../define/date-start.ts';

/** What the dates of a customer are reckoned from. */
export interface CustomerDates {
  customerId: string;
  /** The trait `timezone`, whatever it is; null when there is none. */
  timezone: unknown;
  /** By the place of its source in the list: what stands there, a moment of an event in ISO 8601. */
  values: unknown[];
}

/** The dates of these customers, those who were joined to others or erased left out. */
export async function loadDateValues(
  tx: TransactionSql,
  customerIds: readonly string[],
  sources: readonly DateSource[],
): Promise<CustomerDates[]> {
  const names = sources.flatMap((source) => (source.kind === 'trait' ? [source.name] : []));
  const rows = await tx<{ id: string; timezone: unknown; traits: Record<string, unknown> | null }[]>`
    select c.id, c.traits -> 'timezone' -> 'value' as timezone,
           (select jsonb_object_agg(n, c.traits -> n -> 'value') from unnest(${names}::text[]) n
            where c.traits -> n is not null) as traits
    from customers c
    where c.id = any(${[...customerIds]}::uuid[]) and c.merged_into is null and c.erased_at is null`;
  const facts = await Promise.all(sources.map((source) => loadFact(tx, customerIds, source)));
  return rows.map(({ id, timezone, traits }) => ({
    customerId: id,
    timezone,
    values: sources.map((source, place) =>
      source.kind === 'trait' ? traits?.[source.name] : facts[place]!.get(id),
    ),
  }));
}

async function loadFact(
  tx: TransactionSql,
  customerIds: readonly string[],
  source: DateSource,
): Promise<Map<string, unknown>> {
  if (source.kind === 'trait') return new Map();
  const of = tx`customer_id = any(${[...customerIds]}::uuid[]) and name = ${source.event}`;
  if (source.kind === 'property') {
    const rows = await tx<{ id: string; value: unknown }[]>`
      select distinct on (customer_id) customer_id as id, properties -> ${source.property}::text as value
      from customer_events where ${of} and properties -> ${source.property}::text is not null
      order by customer_id, occurred_at desc, seq desc`;
    return new Map(rows.map(({ id, value }) => [id, value]));
  }
  const pick = source.kind === 'last' ? tx`max(occurred_at)` : tx`min(occurred_at)`;
  const rows = await tx<{ id: string; at: Date }[]>`
    select customer_id as id, ${pick} as at from customer_events where ${of} group by customer_id`;
  return new Map(rows.map(({ id, at }) => [id, at.toISOString()]));
}
