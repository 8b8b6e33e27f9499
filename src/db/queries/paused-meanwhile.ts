import type { Sql, TransactionSql } from 'postgres';
import { channelScopes, journeyScope, sendingScope } from '../../domain/setting-scopes.ts';

/** Whether an operator has paused what a delivery `d` of the statement around it belongs to: all, its journey, its channel. */
export function isPaused(sql: Sql | TransactionSql) {
  return sql`exists (
    select from settings s
    where s.scope in (${sendingScope}, ${journeyScope('')} || d.name, ${channelScopes} || d.channel)
      and s.value ->> 'pausedAt' is not null)`;
}

/** Whether any of some deliveries that passed the gate has been paused since. */
export async function pausedMeanwhile(sql: Sql, ids: readonly string[]): Promise<boolean> {
  const [row] = await sql<{ paused: boolean }[]>`
    select exists (select from deliveries d where d.id = any(${[...ids]}::uuid[]) and ${isPaused(sql)}) as paused`;
  return row!.paused;
}
