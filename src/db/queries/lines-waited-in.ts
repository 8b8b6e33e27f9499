import type { TransactionSql } from 'postgres';

/** A list and what may be waited for in it. */
export interface Line {
  list: string;
  sku: string;
}

/** Those of some lines in which anybody waits. */
export async function linesWaitedIn(tx: TransactionSql, lines: readonly Line[]): Promise<Line[]> {
  return tx<Line[]>`
    select line.list, line.sku
    from unnest(${lines.map(({ list }) => list)}::text[], ${lines.map(({ sku }) => sku)}::text[]) line (list, sku)
    where exists (
      select from waiting_entries e where e.list = line.list and e.sku = line.sku and e.state = 'waiting')`;
}
