import type { Sql } from 'postgres';

/** Keeps what an operator has set for the whole shop, in place of what was set before. */
export async function saveShopSettings(
  sql: Sql,
  { scope, value, at }: { scope: string; value: Record<string, unknown>; at: Date },
): Promise<void> {
  await sql`
    insert into settings (scope, value, at) values (${scope}, ${sql.json(value as never)}, ${at})
    on conflict (scope) do update set value = excluded.value, at = excluded.at`;
}

/** Keeps what an operator has set for a journey, in place of what was set before; whether it is paused stays. */
export async function saveOverrides(
  sql: Sql,
  { scope, overrides, at }: { scope: string; overrides: Record<string, string | number>; at: Date },
): Promise<void> {
  await sql`
    insert into settings (scope, value, at) values (${scope}, ${sql.json({ settings: overrides })}, ${at})
    on conflict (scope) do update set value = settings.value || excluded.value, at = excluded.at`;
}
