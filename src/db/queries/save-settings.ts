import type { Sql } from 'postgres';
import { channelScope } from '../../domain/setting-scopes.ts';
import type { Channel } from '../../domain/task-queues.ts';

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

/**
 * Keeps how many messages a second a channel may take; null: as many as it likes. Whether it is paused stays. Turns that
 * were taken far ahead, at a lower rate, are given back.
 */
export async function saveChannelRate(
  sql: Sql,
  {
    channel,
    perSecond,
    at,
    realNow,
  }: { channel: Channel; perSecond: number | null; at: Date; realNow: Date },
): Promise<Record<string, unknown>> {
  const scope = channelScope(channel);
  const rows = await sql<{ value: Record<string, unknown> }[]>`
    with given_back as (
      update channel_turns set free_at = least(free_at, ${realNow.getTime()}::float8) where channel = ${channel})
    insert into settings (scope, value, at) values (${scope}, ${sql.json({ perSecond })}, ${at})
    on conflict (scope) do update set value = settings.value || excluded.value, at = excluded.at
    returning value`;
  return rows[0]!.value;
}
