import type { Sql, TransactionSql } from 'postgres';
import { bounds } from '../../domain/bounds.ts';

/**
 * Keeps the fingerprints of what providers told; gives those that were not known yet. Sorted, so that two who were told
 * the same wait for each other and never lock each other out.
 */
export async function freshNews(
  tx: TransactionSql,
  fingerprints: readonly string[],
  receivedAt: Date,
): Promise<Set<string>> {
  const rows = await tx<{ fingerprint: string }[]>`
    insert into provider_news (fingerprint, received_at)
    select fingerprint, ${receivedAt.toISOString()}::text::timestamptz
    from unnest(${[...new Set(fingerprints)]}::text[]) as told (fingerprint)
    order by fingerprint collate "C"
    on conflict do nothing returning fingerprint`;
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

/** Deletes what was told longer ago than it is kept for; gives how many. `now` is Kairos's time. */
export async function deleteOldNews(sql: Sql, now: Date): Promise<number> {
  const before = new Date(now.getTime() - bounds.newsDays * 86_400_000);
  const deleted = await sql`
    delete from provider_news where received_at < ${before.toISOString()}::text::timestamptz`;
  return deleted.count;
}
