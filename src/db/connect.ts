import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

export type Sql = postgres.Sql;
/** What runs a query: the pool, or a transaction on it. */
export type Db = PostgresJsDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

export interface Database {
  sql: Sql;
  db: Db;
  end(): Promise<void>;
}

/** A pool on a database. It reconnects by itself, a fifth of a second after a failure and then again. */
export function connect(url: string, options: { max?: number; name?: string } = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 5,
    // The library's own back-off grows to many seconds: a database that is back would be thought gone.
    backoff: () => 0.2,
    onnotice: () => {},
    connection: { application_name: options.name ?? 'kairos' },
  });
  return { sql, db: drizzle(sql, { schema }), end: () => sql.end({ timeout: 5 }) };
}
