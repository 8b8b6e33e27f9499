import type { Sql, TransactionSql } from 'postgres';
import type { SuppressionReason } from '../../domain/suppression.ts';
import type { Channel } from '../../domain/task-queues.ts';

export interface NewSuppression {
  id: string;
  channel: Channel;
  addressHash: string;
  reason: SuppressionReason;
  source: string;
  at: Date;
}

/**
 * Suppresses addresses; gives the ids of those that were not suppressed for that reason already. Who unsubscribes again
 * did so now: they may have agreed meanwhile. Sorted, so that two
 * who suppress the same ones wait for each other and never lock each other out.
 */
export async function suppress(
  sql: Sql | TransactionSql,
  given: readonly NewSuppression[],
): Promise<Set<string>> {
  if (given.length === 0) return new Set();
  const rows = lastOfEach(given).map(({ addressHash, ...rest }) => ({ ...rest, address_hash: addressHash }));
  const inserted = await sql<{ id: string }[]>`
    insert into suppressions (id, channel, address_hash, reason, source, at)
    select id, channel, address_hash, reason, source, at
    from jsonb_to_recordset(${sql.json(rows)}) as r (id uuid, channel text, address_hash text, reason text,
      source text, at timestamptz)
    order by address_hash collate "C", channel collate "C", reason collate "C", at
    on conflict (address_hash, channel, reason) where lifted_at is null do update
      set at = excluded.at, source = excluded.source
      where suppressions.reason = 'unsubscribed' and suppressions.at < excluded.at
    returning id`;
  const known = new Set(given.map(({ id }) => id));
  return new Set(inserted.map(({ id }) => id).filter((id) => known.has(id)));
}

/** One statement changes a row once. */
function lastOfEach(given: readonly NewSuppression[]): NewSuppression[] {
  const byName = new Map<string, NewSuppression>();
  for (const one of given) {
    const name = `${one.addressHash} ${one.channel} ${one.reason}`;
    const before = byName.get(name);
    if (!before || before.at <= one.at) byName.set(name, one);
  }
  return [...byName.values()];
}
