import { readMigrationFiles } from 'drizzle-orm/migrator';
import { fileURLToPath } from 'node:url';
import type { Sql } from '../connect.ts';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/** How many of this release's migrations a database does not have yet. */
export async function pendingMigrations(sql: Sql): Promise<number> {
  const [table] = await sql<{ made: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as made`;
  const migrations = readMigrationFiles({ migrationsFolder: folder });
  if (!table!.made) return migrations.length;
  const [newest] = await sql<{ created_at: string | null }[]>`
    select max(created_at) as created_at from drizzle.__drizzle_migrations`;
  const until = Number(newest!.created_at ?? 0);
  return migrations.filter((migration) => migration.folderMillis > until).length;
}
