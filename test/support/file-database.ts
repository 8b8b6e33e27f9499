import { expect } from 'vitest';
import { testDatabase, type TestDatabase } from './database.ts';

/**
 * A database for each test file: one for all its tests, which empty it themselves, for cloning one takes longer than
 * most of those tests. Test files may follow upon each other in one process, so it is the next file that lets go of the
 * last one's; the last goes with its server.
 */
export function databaseOfFile(): () => Promise<TestDatabase> {
  let shared: { file: string | undefined; database: Promise<TestDatabase> } | null = null;
  return async () => {
    const file = expect.getState().testPath;
    const last = shared;
    if (last?.file === file) return last!.database;
    const database = testDatabase();
    shared = { file, database };
    await (await last?.database)?.[Symbol.asyncDispose]();
    return database;
  };
}
