import { expect, test } from 'vitest';
import { openHome, readHome } from '../../src/db/home.ts';
import { StartError } from '../../src/errors.ts';
import { testDatabase } from '../support/database.ts';

const realNow = new Date('2026-03-01T12:00:00.123Z');

test('the first use fixes origin, speed and secret; later uses find them', async () => {
  await using database = await testDatabase();
  await expect(readHome(database.sql)).rejects.toThrow(StartError);
  const made = await openHome(database.sql, { clockSpeed: 60, realNow });
  expect(made.scale).toEqual({ originMs: realNow.getTime(), speed: 60 });
  expect(made.secret.length).toBeGreaterThan(40);
  const later = new Date('2026-04-01T00:00:00Z');
  expect(await openHome(database.sql, { clockSpeed: undefined, realNow: later })).toEqual(made);
  expect(await openHome(database.sql, { clockSpeed: 60, realNow: later })).toEqual(made);
  expect(await readHome(database.sql)).toEqual(made);
});

test('another clock speed later is refused, naming both and the cure', async () => {
  await using database = await testDatabase();
  await openHome(database.sql, { clockSpeed: undefined, realNow });
  await expect(openHome(database.sql, { clockSpeed: 3_600, realNow })).rejects.toThrow(
    /created with KAIROS_CLOCK_SPEED=1, and now it is 3600.*\n.*another KAIROS_HOME/,
  );
});
