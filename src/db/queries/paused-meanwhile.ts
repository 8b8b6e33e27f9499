import type { Sql, TransactionSql } from 'postgres';
import { channelScopes, journeyScope, sendingScope } from '../../domain/setting-scopes.ts';

/**
 * Whether an operator has paused what a delivery `d` of the statement around it belongs to: all, its journey, its channel.
 * What is paused at all is looked up once for the statement.
 */
export function isPaused(sql: Sql | TransactionSql) {
  return sql`(array(select s.scope from settings s where s.value ->> 'pausedAt' is not null)
    && array[${sendingScope}::text, ${journeyScope('')} || d.name, ${channelScopes} || d.channel])`;
}

/** Whether any of some deliveries that passed the gate has been paused since. */
export async function pausedMeanwhile(sql: Sql, ids: readonly string[]): Promise<boolean> {
  const [row] = await sql<{ paused: boolean }[]>`
    select exists (select from deliveries d where d.id = any(${[...ids]}::uuid[]) and ${isPaused(sql)}) as paused`;
  return row!.paused;
}
