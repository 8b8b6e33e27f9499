import type { Sql } from 'postgres';
import { channelScope } from '../../domain/setting-scopes.ts';
import { channels, type Channel } from '../../domain/task-queues.ts';
import { loadSettings } from './settings.ts';

/** How many messages a second each channel may take, of those whose rate operators have bounded. */
export async function channelRates(sql: Sql): Promise<Map<Channel, number>> {
  const stored = await loadSettings(sql, channels.map(channelScope));
  return new Map(
    channels.flatMap((channel) => {
      const rate = perSecondOf(stored.get(channelScope(channel)));
      return rate === null ? [] : [[channel, rate] as const];
    }),
  );
}

/** The bound in what is stored of a channel; null: there is none. */
export function perSecondOf(stored: Record<string, unknown> | undefined): number | null {
  const rate = stored?.['perSecond'];
  return typeof rate === 'number' ? rate : null;
}
