import type { Sql } from 'postgres';
import type { Channel } from '../../domain/task-queues.ts';

/** Whose sends a scope is about; nothing named: all. */
export interface Paused {
  /** A journey or watch. */
  name?: string;
  channel?: Channel;
}

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
 * Lets a scope's sends pass again, those of a journey, of a channel, or all; and keeps how many waited, which tells how
 * long they are spread over. Harmless for what is not paused.
 */
export async function resumeSends(
  sql: Sql,
  { scope, of, at }: { scope: string; of: Paused; at: Date },
): Promise<void> {
  await sql`
    update settings set at = ${at}, value = value - 'pausedAt' || jsonb_build_object(
      'resumedAt', ${at.toISOString()}::text,
      'waiting', (select count(*) from deliveries d where d.state = 'waiting' and d.reason = 'paused'
                    and (${of.name ?? null}::text is null or d.name = ${of.name ?? null})
                    and (${of.channel ?? null}::text is null or d.channel = ${of.channel ?? null})))
    where scope = ${scope} and value ? 'pausedAt'`;
}
