import { expect, test } from 'vitest';
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
