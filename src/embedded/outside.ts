import postgres from 'postgres';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../errors.ts';
import {
  promptConnection,
  registerSearchAttributes,
  temporalTarget,
  type TemporalTarget,
} from '../temporal.ts';
import type { Boot } from './boot.ts';
import { withProgress } from './progress.ts';

/** A database that is just being started is waited for; one that is not there is soon named. */
const withinMs = 5_000;
const oldestVersion = 15;

/** What no waiting cures: a wrong password, role or database name. */
const finalCodes = ['28P01', '28000', '3D000', '42501'];

type Named = Pick<Boot, 'config' | 'env' | 'say'>;

/**
 * Looks whether what is not embedded is there, before anything is started. Gives a Temporal the search attributes of
 * runs. @throws StartError that names what does not answer and the cure.
 */
export async function checkOutside({ config, env, say }: Named): Promise<void> {
  const databaseUrl = config.DATABASE_URL;
  const target = temporalTarget(env);
  await Promise.all([
    databaseUrl && withProgress(say, 'Looking for the database', () => checkDatabase(databaseUrl)),
    target && withProgress(say, 'Looking for Temporal', () => checkTemporal(target)),
  ]);
}

/** @throws StartError when the database that DATABASE_URL names does not answer, or is too old. Never shows the password. */
async function checkDatabase(url: string): Promise<void> {
  const version = await untilAnswer(async () => {
    const sql = postgres(url, { max: 1, connect_timeout: 4, fetch_types: false, onnotice: () => {} });
    try {
      const [row] = await sql<
        { version: number }[]
      >`select current_setting('server_version_num')::int as version`;
      return row?.version ?? 0;
    } finally {
      await sql.end({ timeout: 1 });
    }
  }).catch((cause: Error) => {
    throw new StartError(
      `The database at ${placeOf(url)} does not answer: ${reasonOf(cause)}\n` +
        'Start it, correct DATABASE_URL, or unset DATABASE_URL for an embedded PostgreSQL.',
      { cause },
    );
  });
  if (version >= oldestVersion * 10_000) return;
  throw new StartError(
    `The database at ${placeOf(url)} is PostgreSQL ${Math.floor(version / 10_000)}; Kairos needs ${oldestVersion} or newer.\n` +
      'Upgrade it, name another by DATABASE_URL, or unset DATABASE_URL for an embedded PostgreSQL.',
  );
}

/** @throws StartError when the Temporal that the environment names does not answer, or lacks the namespace. */
async function checkTemporal(target: TemporalTarget): Promise<void> {
  const { connectionOptions, namespace } = target;
  await untilAnswer(async () => {
    const connection = await promptConnection(target);
    try {
      await registerSearchAttributes(connection, namespace);
    } finally {
      await connection.close();
    }
  }).catch((cause: Error) => {
    if (cause instanceof StartError) throw cause;
    throw new StartError(
      `Temporal at ${connectionOptions.address} (namespace ${namespace}) does not answer: ${reasonOf(cause)}\n` +
        'Start it, correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or unset TEMPORAL_ADDRESS for an embedded server.',
      { cause },
    );
  });
}

/** Tries until it works, an error comes that time does not cure, or the bound is over. */
async function untilAnswer<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isFinal =
        error instanceof StartError || finalCodes.includes((error as { code?: string }).code ?? '');
      if (isFinal || performance.now() > deadline) throw error;
      await delay(250);
    }
  }
}

/** Host, port and name of a database: what may be shown of its URL. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function reasonOf(error: Error & { code?: string; details?: string }): string {
  return error.details || error.message || error.code || error.name;
}
