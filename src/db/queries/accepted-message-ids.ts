import type { TransactionSql } from 'postgres';

/** Which of some message ids of customer events were accepted before. */
export async function acceptedMessageIds(tx: TransactionSql, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    select id from message_ids where source = '' and id = any(${[...ids]}::text[])`;
  return new Set(rows.map((row) => row.id));
}
