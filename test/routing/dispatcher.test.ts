import { expect, test } from 'vitest';
import { Client, Connection } from '@temporalio/client';
import { silentLog } from '../../src/log.ts';
import { runDispatcher } from '../../src/routing/dispatcher.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver } from '../support/routing.ts';

/** Dispatching on a Temporal that is not there. */
async function dispatching() {
  const database = await testDatabase();
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const stop = new AbortController();
  const running = runDispatcher(
    {
      client: new Client({ connection }),
      clock: routingOver(database.sql, []).clock,
      secret: 'test secret',
      describe: () => null,
      sql: database.sql,
      wakeup: new Wakeup(),
      log: silentLog,
    },
    stop.signal,
  );
  return {
    database,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await connection.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The process of PostgreSQL that holds the lock of dispatching, other than one. */
async function holder({ sql }: TestDatabase, otherThan: number | null): Promise<number | null> {
  const [lock] = await sql<{ pid: number }[]>`
    select l.pid from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 4702002 and l.granted`;
  return lock && lock.pid !== otherThan ? lock.pid : null;
}

test('the connection of an idle dispatcher ends: the process lives, and soon dispatches on another', async () => {
  await using it = await dispatching();
  for (let before: number | null = null, round = 0; round < 2; round++) {
    const pid: number = await eventually('a dispatcher leads', () => holder(it.database, before));
    expect(pid).not.toBe(before);
    await it.database.sql`select pg_terminate_backend(${pid})`;
    before = pid;
  }
  await eventually('it leads again', () => holder(it.database, null));
});
