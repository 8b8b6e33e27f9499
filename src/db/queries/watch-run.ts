import type { Sql, TransactionSql } from 'postgres';
import {
  channelScope,
  journeyScope,
  messageScope,
  sendingScope,
  shopScope,
} from '../../domain/setting-scopes.ts';
import type { Channel } from '../../domain/task-queues.ts';

/** A run of a watch, its shelf, and what operators have set. Times in epoch milliseconds. */
export interface WatchRunRow {
  name: string;
  version: number;
  /** The sku. */
  subject: string;
  state: 'open' | 'closed';
  outcome: string | null;
  closedAt: number | null;
  openedAt: number;
  /** On the shelf now, over all locations; 0 where it was never reported. */
  units: number;
  /** Likewise; null where it was never reported. */
  shelf: number | null;
  /** As stored, by scope: of the shop, all sending, the watch, the message and its channels; without what was never set. */
  settings: Record<string, Record<string, unknown>>;
}

/** With the settings of a message and of channels, if some are named. Null: there is no such run of a watch. */
export async function watchRun(
  sql: Sql | TransactionSql,
  runId: string,
  { message = '', channels = [] }: { message?: string; channels?: readonly Channel[] } = {},
): Promise<WatchRunRow | null> {
  const [row] = await sql<WatchRunRow[]>`
    select r.name, r.version, r.subject, r.state, r.outcome,
      (extract(epoch from r.closed_at) * 1000)::float8 as "closedAt",
      (extract(epoch from r.opened_at) * 1000)::float8 as "openedAt",
      coalesce((select s.units from stock s where s.sku = r.subject), 0)::float8 as units,
      (select s.units from stock s where s.sku = r.subject)::float8 as shelf,
      coalesce((select jsonb_object_agg(s.scope, s.value) from settings s
        where s.scope in (${shopScope}, ${sendingScope}, ${journeyScope('')} || r.name, ${messageScope(message)})
          or s.scope = any(${channels.map(channelScope)})), '{}') as settings
    from runs r where r.id = ${runId} and r.subject is not null`;
  return row ?? null;
}
