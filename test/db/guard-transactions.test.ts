import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { connect, type Sql } from '../../src/db/connect.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

/** Ends every connection of an application, as a restart of the server does. */
async function endConnections(sql: Sql, name: string): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`;
}

async function setup() {
  const database = await testDatabase();
  const name = `guarded ${crypto.randomUUID()}`;
  const guarded = connect(database.url, { max: 2, name });
  return {
    guarded,
    isDoing: (state: string) =>
      eventually(`a connection ${state}`, async () => {
        const rows = await database.sql`
          select 1 from pg_stat_activity where application_name = ${name} and state = ${state} and query ~ 'sleep|1 as x'`;
        return rows.length > 0;
      }),
    endConnections: () => endConnections(database.sql, name),
    async [Symbol.asyncDispose]() {
      await guarded.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

const codeOf = (error: unknown) => (error as { code?: string }).code;

/** Unguarded, each of these ended the process by an error that nobody can catch. */
test('a transaction whose connection ends is rejected, whatever it was at, and the pool goes on', async () => {
  await using s = await setup();
  const { sql, db } = s.guarded;
  for (let turn = 0; turn < 3; turn += 1) {
    const during = sql.begin((tx) => tx`select pg_sleep(60)`).catch(codeOf);
    await s.isDoing('active');
    await s.endConnections();
    expect(await during).toMatch(/CONNECTION_CLOSED|57P01|ECONNRESET/);

    let goOn!: () => void;
    const paused = new Promise<void>((resolve) => (goOn = resolve));
    let later: unknown;
    const between = sql
      .begin(async (tx) => {
        await tx`select 1 as x`;
        await paused;
        later = await tx`select 2`.catch(codeOf);
      })
      .catch(codeOf);
    await s.isDoing('idle in transaction');
    await s.endConnections();
    expect(await between).toMatch(/CONNECTION_CLOSED|57P01|ECONNRESET/);
    goOn();
    await eventually(
      'the pool to answer',
      async () => (await sql`select 1 as y`.catch(() => [])).length === 1,
    );
    expect(later).not.toEqual([{ '?column?': 2 }]);

    const done = db.transaction(async (tx) => {
      await tx.execute('select 1 as x');
      await paused;
      return 'done';
    });
    expect(await done).toBe('done');
  }
});

test('other errors roll back as ever, savepoints work, and options are passed on', async () => {
  await using s = await setup();
  const { sql } = s.guarded;
  await expect(sql.begin(async (tx) => tx`select 1 / 0`)).rejects.toMatchObject({ code: '22012' });
  const rows = await sql.begin(async (tx) => {
    await tx.savepoint((point) => point`select 1 / 0`).catch(() => {});
    return tx`select 7 as x`;
  });
  expect(rows).toEqual([{ x: 7 }]);
  await expect(sql.begin('read only', (tx) => tx`create table t (a int)`)).rejects.toMatchObject({
    code: '25006',
  });
});

test('a refusal by something else that is called meanwhile rolls back at once, in a savepoint too', async () => {
  await using s = await setup();
  const { sql, db } = s.guarded;
  await using gone = await closedPort();
  const refused = { code: 'ECONNREFUSED' };
  await sql`create table said (a int)`;
  const begun = sql.begin(async (tx) => {
    await tx`insert into said values (1)`;
    return gone.call();
  });
  await expect(begun).rejects.toMatchObject(refused);
  // Another database that is down, wrapped in an error of ours.
  const other = sql.begin((tx) =>
    tx.savepoint(async (point) => {
      await point`insert into said values (2)`;
      await gone.query().catch((cause: unknown) => {
        throw new Error('No answer.', { cause });
      });
    }),
  );
  await expect(other).rejects.toMatchObject({ cause: refused });
  const byDrizzle = db.transaction(async (tx) => {
    await tx.execute('insert into said values (3)');
    return gone.call();
  });
  await expect(byDrizzle).rejects.toMatchObject(refused);
  expect(await sql`select * from said`).toEqual([]);
});

/** A port at which nobody listens. */
async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const other = connect(`postgres://nobody@127.0.0.1:${port}/nothing`);
  return {
    async call() {
      const socket = createConnection(port, '127.0.0.1');
      await once(socket, 'connect');
    },
    query: async () => other.sql`select 1`,
    [Symbol.asyncDispose]: () => other.end(),
  };
}
