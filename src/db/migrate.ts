import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { StartError } from '../errors.ts';

const migrationsFolder = join(import.meta.dirname, 'migrations');

/** One for all Kairos processes: `kairos` in bytes. */
const lockKey = 0x6b6169726f73;

/**
 * Brings a database to the schema of this version; several may try at once, one does it.
 * @throws StartError when a newer version, or one that is no predecessor of this, has written the database.
 */
export async function migrateDatabase(url: string): Promise<void> {
  // A session of its own: it holds the lock while the migrator runs its transaction on it.
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'kairos-migrate' },
  });
  try {
    await sql`select pg_advisory_lock(${lockKey}::bigint)`;
    await refuseUnknown(sql);
    await migrate(drizzle(sql), { migrationsFolder });
    await learnZones(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Its names of zones in lower case: those of customers come in any. */
async function learnZones(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into time_zones (name) select distinct lower(name) from pg_timezone_names on conflict do nothing`;
}

async function refuseUnknown(sql: postgres.Sql): Promise<void> {
  const [table] = await sql<{ found: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
  if (!table?.found) return;
  const applied = await sql<{ at: number }[]>`
    select created_at::float8 as at from drizzle.__drizzle_migrations order by created_at`;
  const known = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis);
  const unknown = applied.map(({ at }) => at).filter((at) => !known.includes(at));
  if (unknown.length === 0) return;
  const newer = unknown.every((at) => at > Math.max(...known));
  throw new StartError(
    newer
      ? 'The data were written by a newer version of Kairos: it made changes to the database that this one does not know ' +
          `(the newest on ${new Date(Math.max(...unknown)).toISOString().slice(0, 10)}).\n` +
          'Start that version or a newer one, or begin anew with another KAIROS_HOME (or DATABASE_URL).'
      : 'The data were written by a version of Kairos that is no predecessor of this one.\n' +
          'Start that version, or begin anew with another KAIROS_HOME (or DATABASE_URL).',
  );
}
