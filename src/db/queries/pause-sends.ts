import type { Sql } from 'postgres';

/** Pauses a scope's sends from now on; what is paused already stays so since then. Gives since when, as stored. */
export async function pauseSends(sql: Sql, scope: string, at: Date): Promise<Record<string, unknown>> {
  const rows = await sql<{ value: Record<string, unknown> }[]>`
    insert into settings (scope, value, at)
    values (${scope}, ${sql.json({ pausedAt: at.toISOString() })}, ${at})
    on conflict (scope) do update set value = excluded.value || settings.value, at = excluded.at
    returning value`;
  return rows[0]!.value;
}

/**
 * Lets a scope's sends pass again, those of a journey or, without a name, all; and keeps how many waited, which tells
 * how long they are spread over. Harmless for what is not paused.
 */
export async function resumeSends(
  sql: Sql,
  { scope, name, at }: { scope: string; name: string | null; at: Date },
): Promise<void> {
  await sql`
    update settings set at = ${at}, value = value - 'pausedAt' || jsonb_build_object(
      'resumedAt', ${at.toISOString()}::text,
      'waiting', (select count(*) from deliveries d where d.state = 'waiting' and d.reason = 'paused'
                    and (${name}::text is null or d.name = ${name})))
    where scope = ${scope} and value ? 'pausedAt'`;
}
