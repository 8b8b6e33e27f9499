import type { TransactionSql } from 'postgres';
import { messageMark } from '../../domain/message-mark.ts';

/** Which of some message ids of customer events were accepted before. */
export async function acceptedMessageIds(tx: TransactionSql, ids: readonly string[]): Promise<Set<string>> {
  const marks = ids.map((id) => messageMark(null, id));
  const rows = await tx<{ place: number }[]>`
    select g.place::int as place from unnest(${marks}::uuid[]) with ordinality as g (mark, place)
    where exists (select from message_ids m where m.mark = g.mark)`;
  return new Set(rows.map(({ place }) => ids[place - 1]!));
}
