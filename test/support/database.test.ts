import { expect, test } from 'vitest';
import { testDatabase } from './database.ts';

test('each test has a migrated database of its own', async () => {
  await using database = await testDatabase();
  const rows = await database.sql`select count(*)::int as n from customers`;
  expect(rows[0]).toEqual({ n: 0 });
});
