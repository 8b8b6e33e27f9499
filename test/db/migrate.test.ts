import { expect, test } from 'vitest';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { testDatabase } from '../support/database.ts';

test('several may migrate an empty database at once', async () => {
  await using database = await testDatabase();
  await database.sql`drop schema public cascade`;
  await database.sql`drop schema drizzle cascade`;
  await database.sql`create schema public`;
  await Promise.all([1, 2, 3].map(() => migrateDatabase(database.url)));
  expect(await database.sql`select count(*)::int as n from customers`).toEqual([{ n: 0 }]);
});

test('a database that a newer version migrated is refused with the cure', async () => {
  await using database = await testDatabase();
  await database.sql`
    insert into drizzle.__drizzle_migrations (hash, created_at)
    values ('of-the-future', ${Date.UTC(2100, 0, 1)})`;
  await expect(migrateDatabase(database.url)).rejects.toThrow(/newer version[^]*2100-01-01[^]*KAIROS_HOME/);
});
