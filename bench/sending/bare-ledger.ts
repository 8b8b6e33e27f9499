import type { BenchDatabase } from '../bench.ts';
import { atOnce } from './at-once.ts';

type Row = Record<string, unknown>;

/** A table like the ledger's, indexes and all, into which its own rows are put once more without asking anything. */
export class BareLedger {
  readonly #sql: BenchDatabase['sql'];
  #rows: Row[] = [];

  constructor({ sql }: BenchDatabase) {
    this.#sql = sql;
  }

  /** Takes the rows that are in the ledger now, up to so many. */
  async copy(count: number): Promise<void> {
    await this.#sql`create table if not exists bare_ledger (like deliveries including all)`;
    const rows = await this.#sql<{ row: Row }[]>`select to_jsonb(d) as row from deliveries d limit ${count}`;
    this.#rows = rows.map(({ row }) => row);
  }

  /** Each in a transaction of its own. */
  async insertSingly(count: number, atATime: number): Promise<void> {
    await this.#sql`truncate bare_ledger`;
    await atOnce(this.#rows.slice(0, count), atATime, async (row) => {
      await this.#sql`
        insert into bare_ledger select * from jsonb_populate_record(null::bare_ledger, ${this.#sql.json(row as never)})`;
    });
  }

  /** A thousand in a statement. */
  async insertTogether(count: number): Promise<void> {
    await this.#sql`truncate bare_ledger`;
    for (let from = 0; from < count; from += 1_000) {
      const rows = this.#rows.slice(from, Math.min(from + 1_000, count));
      await this.#sql`
        insert into bare_ledger select * from jsonb_populate_recordset(null::bare_ledger, ${this.#sql.json(rows as never)})`;
    }
  }
}
