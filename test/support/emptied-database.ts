import { afterAll } from 'vitest';
import { testDatabase, type TestDatabase } from './database.ts';

/** One database for all tests of a file, emptied after each: cloning one takes longer than most of those tests. */
export function emptiedDatabase(): () => Promise<TestDatabase> {
  let shared: Promise<TestDatabase> | null = null;
  afterAll(async () => (await shared)?.[Symbol.asyncDispose]());
  return async () => {
    const database = await (shared ??= testDatabase());
    return { ...database, [Symbol.asyncDispose]: () => empty(database) };
  };
}

async function empty({ sql }: TestDatabase): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables
    where schemaname = 'public' and tablename not in ('home', 'time_zones')`;
  await sql.unsafe(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity`);
}
