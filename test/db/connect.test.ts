import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { home } from '../../src/db/schema/index.ts';
import { testDatabase } from '../support/database.ts';

test('moments are dates in our own SQL and in drizzle', async () => {
  await using database = await testDatabase();
  const at = new Date('2026-03-01T10:00:00.123Z');
  await database.sql`insert into home (id, clock_origin, clock_speed, secret) values (1, ${at}, 1, 's')`;
  const [mine] = await database.sql`select clock_origin as at from home where clock_origin = ${at}`;
  const [theirs] = await database.db.select().from(home);
  expect(mine!['at']).toEqual(at);
  expect(theirs!.clockOrigin).toEqual(at);
  await database.db.update(home).set({ clockOrigin: new Date('2027-01-01T00:00:00Z') });
  expect((await database.db.select().from(home))[0]!.clockOrigin).toEqual(new Date('2027-01-01T00:00:00Z'));
});

test('arrays go in and come out as they are', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const words = [
    'plain',
    'with, comma',
    'with "quotes"',
    'back\\slash',
    '{braces}',
    'two\nlines',
    '',
    'null',
    'NULL',
    ' ',
  ];
  const ids = ['01a20656-0498-7ee5-a6d0-f873af7889bc'];
  const [row] = await sql`
    select ${words}::text[] as words, ${ids}::uuid[] as ids, ${[1, -2]}::int[] as ints, 
           ${[]}::text[] as none, ${['a', null] as never}::text[] as gaps, ${['2026-01-02T00:00:00Z']}::timestamptz[] as times,
           ${[0.5, 2]}::float8[] as numbers, cardinality(${[{ a: '"' }, [1]] as never}::jsonb[]) as things`;
  expect(row).toEqual({
    words,
    ids,
    ints: [1, -2],
    none: [],
    gaps: ['a', null],
    times: [new Date('2026-01-02T00:00:00Z')],
    numbers: [0.5, 2],
    things: 2,
  });
});

/** Between a pool and its database: lets a connection be made, and closes it at the first query on it. */
async function cutAtFirstQuery(target: URL) {
  let queries = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const database = dial(Number(target.port), target.hostname);
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
    }
    database.pipe(client);
    client.on('data', (data: Buffer) => {
      // The messages of a client that begin a query, in the simple protocol and in the extended one.
      if (data[0] !== 0x51 && data[0] !== 0x50) return void database.write(data);
      queries += 1;
      client.end();
      database.destroy();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = new URL(target.href);
  Object.assign(url, { hostname: '127.0.0.1', port: String((server.address() as AddressInfo).port) });
  return {
    url: url.href,
    queries: () => queries,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test('a database that dies as a connection begins is told to whoever asked, and to nobody else', async () => {
  await using database = await testDatabase();
  await using between = await cutAtFirstQuery(new URL(database.url));
  const unheard: unknown[] = [];
  const onUnheard = (reason: unknown) => unheard.push(reason);
  // The one of vitest would count it as a failure of the run.
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', onUnheard);
  const pool = connect(between.url, { max: 1 });
  try {
    await expect(pool.sql`select 1`).rejects.toThrow(/CONNECTION_CLOSED/);
    await expect(pool.sql.begin((tx) => tx`select 1`)).rejects.toThrow(/CONNECTION_CLOSED/);
    expect(between.queries()).toBe(2);
    expect(unheard).toEqual([]);
  } finally {
    await pool.end();
    process.off('unhandledRejection', onUnheard);
    for (const other of others) process.on('unhandledRejection', other);
  }
});
