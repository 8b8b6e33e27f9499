import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { knowArrayTypes } from './array-types.ts';
import { guardTransactions } from './guard-transactions.ts';
import * as schema from './schema/index.ts';

export type Sql = postgres.Sql;
/** What runs a query: the pool, or a transaction on it. */
export type Db = PostgresJsDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

export interface Database {
  sql: Sql;
  db: Db;
  /** For the same few statements again and again, each of which looks rows up by key: their plans are kept. Reads only. */
  lookUps: Sql;
  end(): Promise<void>;
}

/** A pool on a database. It reconnects by itself, a fifth of a second after a failure and then again. */
export function connect(url: string, options: { max?: number; name?: string } = {}): Database {
  const { max = 10, name = 'kairos' } = options;
  // A plan that was kept from when a table was small reads the whole of it after a burst, until statistics catch up. And
  // what looks up much by key seems dear enough to the planner to be compiled, which takes longer than the looking up.
  const sql = pool(url, max, { application_name: name, plan_cache_mode: 'force_custom_plan', jit: 'off' });
  const lookUps = pool(url, Math.min(max, lookUpConnections), { application_name: name, ...keptPlans });
  const end = async () => {
    await Promise.all([sql, lookUps].map((one) => one.end({ timeout: 5 })));
  };
  return { sql, db: overPool(sql), lookUps, end };
}

/** Opened when they are asked for; few, since each makes and keeps its own plans. */
const lookUpConnections = 2;

/** A plan is made for whoever may be asked about, and reads no table as a whole, however small it is by now. */
const keptPlans = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  jit: 'off',
  default_transaction_read_only: true,
} as const;

function pool(url: string, max: number, connection: Partial<postgres.ConnectionParameters>): Sql {
  const sql = postgres(url, {
    ...{ max, connection, connect_timeout: 5 },
    // The library's own back-off grows to many seconds: a database that is back would be thought gone.
    backoff: () => 0.2,
    onnotice: () => {},
    // In its place `knowArrayTypes`, which says why.
    fetch_types: false,
  });
  knowArrayTypes(sql);
  guardTransactions(sql);
  return sql;
}

/**
 * Drizzle on a pool whose own queries keep reading and writing `Date`s and JSON: drizzle switches the pool's
 * conversions off for everybody, although it takes what they give.
 */
function overPool(sql: Sql): Db {
  const { parsers, serializers } = sql.options;
  const before = { parsers: { ...parsers }, serializers: { ...serializers } };
  const db = drizzle(sql, { schema });
  for (const type of Object.keys(parsers)) delete parsers[Number(type)];
  for (const type of Object.keys(serializers)) delete serializers[Number(type)];
  Object.assign(parsers, before.parsers);
  Object.assign(serializers, before.serializers);
  // Drizzle hands over text that is JSON already; `sql.json` hands over the value.
  const toJson = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  serializers[114] = toJson;
  serializers[3802] = toJson;
  return db;
}
