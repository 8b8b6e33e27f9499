import { connect } from '../../src/db/connect.ts';

export interface HeldTable extends AsyncDisposable {
  /** True once a commit waits for the table. */
  isWaitedFor: () => Promise<boolean>;
  letGo(): Promise<void>;
}

/** Keeps everybody from the table of message ids until it is let go: no message can be accepted meanwhile. */
export async function holdMessageIds(url: string): Promise<HeldTable> {
  const database = connect(url, { max: 2 });
  const { sql } = database;
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  let ended: Promise<unknown> = Promise.resolve();
  await new Promise<void>((held, failed) => {
    ended = sql
      .begin(async (tx) => {
        await tx`lock table message_ids in access exclusive mode`;
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
      const rows = await sql`select 1 from pg_locks where not granted and relation = 'message_ids'::regclass`;
      return rows.length > 0;
    },
    letGo,
    async [Symbol.asyncDispose]() {
      await letGo();
      await database.end();
    },
  };
}
