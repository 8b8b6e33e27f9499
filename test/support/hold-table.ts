import { connect } from '../../src/db/connect.ts';

export interface HeldTable extends AsyncDisposable {
  /** True once somebody waits for the table. */
  isWaitedFor: () => Promise<boolean>;
  letGo(): Promise<void>;
}

/** Keeps everybody from a table until it is let go, also those who only read. */
export async function holdTable(url: string, table: string): Promise<HeldTable> {
  const database = connect(url, { max: 2 });
  const { sql } = database;
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  let ended: Promise<unknown> = Promise.resolve();
  await new Promise<void>((held, failed) => {
    ended = sql
      .begin(async (tx) => {
        await tx.unsafe(`lock table ${table} in access exclusive mode`);
        held();
        await released;
      })
      .catch(failed);
  });
  const letGo = async () => {
    release();
    await ended;
  };
  return {
    isWaitedFor: async () => {
      const rows = await sql`select 1 from pg_locks where not granted and relation = ${table}::regclass`;
      return rows.length > 0;
    },
    letGo,
    async [Symbol.asyncDispose]() {
      await letGo();
      await database.end();
    },
  };
}
