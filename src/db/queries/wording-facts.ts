import type { Sql, TransactionSql } from 'postgres';

/**
 * Which of some segments the customer `c` of the statement around it is in, as JSON: as routing keeps them. That is true
 * enough for words: every event that was answered has taken effect by then (who is behind waits), and what time alone
 * changes is looked at within moments.
 */
export function segmentsOf(sql: Sql | TransactionSql, names: readonly string[]) {
  if (names.length === 0) return sql`'[]'::jsonb`;
  return sql`coalesce((
    select jsonb_agg(m.segment order by m.segment) from memberships m
    join segments s on s.name = m.segment and s.generation = m.generation
    where m.customer_id = c.id and m.segment = any(${[...names]}) and m.is_member), '[]')`;
}

/** The variant of a message in the last would-send of it to the customer `c` of the statement around it. */
export function seenVariant(
  sql: Sql | TransactionSql,
  { message, varies }: { message: string; varies: boolean },
) {
  if (!varies) return sql`null::text`;
  return sql`(
    select v.variant from deliveries v
    where v.customer_id = c.id and v.message = ${message} and v.variant is not null
    order by v.at desc limit 1)`;
}
