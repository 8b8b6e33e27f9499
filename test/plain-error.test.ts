import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { withPlainFailures } from '../activities/plain-failures.ts';
import { plainMessage } from '../src/plain-error.ts';
import { testDatabase } from './support/database.ts';
import { customers } from '../src/db/schema/index.ts';
import { eq, sql as drizzleSql } from 'drizzle-orm';

const caught = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .catch((error: unknown) => error as Error);

test('no value that a person may have written gets from an error into a log', async () => {
  await using database = await testDatabase();
  const said = await Promise.all([
    caught(() => database.sql`select ${'the marker'}::int`),
    caught(() => database.db.select().from(customers).where(eq(customers.id, 'the marker'))),
    caught(() =>
      database.db
        .select()
        .from(customers)
        .where(drizzleSql`no_such_column = ${'the marker'}`),
    ),
    caught(() => JSON.parse('{"name": the marker}')),
    caught(() => new Intl.NumberFormat('en', { style: 'currency', currency: 'the marker' })),
    caught(() => decodeURIComponent('the marker%')),
    caught(() => {
      throw new Error('cannot write to ada@marker.test or +1 415 555 0123');
    }),
  ]);
  for (const error of said) expect(error).toBeInstanceOf(Error);
  const words = said.map((error) => plainMessage(error as Error));
  expect(words.join('\n')).not.toMatch(/marker|0123/);
  expect(words.at(-1)).toBe('cannot write to [address] or [address]');
});

test('a failed activity tells Temporal its name and place, and our own sentences whole', async () => {
  const { broken, refused } = withPlainFailures({
    broken: () =>
      Promise.reject(new TypeError('ada@marker.test is not a function', { cause: new Error('a@b.test') })),
    refused: () => Promise.reject(ApplicationFailure.nonRetryable('There is no run 7.', 'not-found')),
  });
  const error = (await caught(broken)) as Error;
  expect(error).toMatchObject({
    name: 'TypeError',
    message: '[address] is not a function',
    cause: { message: '[address]' },
  });
  expect(error.stack).toMatch(/^TypeError: \[address\] is not a function\n {4}at .*plain-error\.test\.ts/);
  expect(await caught(refused)).toMatchObject({ message: 'There is no run 7.', type: 'not-found' });
});
