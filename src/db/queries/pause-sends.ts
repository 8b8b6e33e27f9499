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

/** Lets a scope's sends pass again. Harmless for what is not paused. */
export async function resumeSends(sql: Sql, scope: string, at: Date): Promise<void> {
  await sql`
    update settings set value = value - 'pausedAt', at = ${at} where scope = ${scope} and value ? 'pausedAt'`;
}
