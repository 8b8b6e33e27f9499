import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { StartError } from '../errors.ts';
import { canEnter, databaseAccount, type Account } from './account.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import type { ProgramCommand } from './program.ts';

/** A PostgreSQL cluster on disk, and what it takes to run it. */
export interface Cluster {
  dataDir: string;
  password: string;
  account: Account | null;
  binaries: PostgresBinaries;
}

const superuser = 'postgres';
const leastBufferBytes = 128 * 2 ** 20;
const mostBufferBytes = 8 * 2 ** 30;

/**
 * The folder for a cluster: `wanted`, or `otherwise` where the account that PostgreSQL must run as (for root) cannot
 * enter the folder above it.
 */
export async function chooseDataDir(above: string, wanted: string, otherwise: string): Promise<string> {
  return (await canEnter(await databaseAccount(), above)) ? wanted : otherwise;
}

/**
 * A cluster in `dataDir`, made there if there is none. It listens on 127.0.0.1 only and asks for its password.
 * @throws StartError when the folder holds the data of another major version.
 */
export async function prepareCluster(place: {
  dataDir: string;
  sharedFolder: string;
  password: string;
}): Promise<Cluster> {
  const account = await accountOf(place.dataDir);
  const binaries = await postgresBinaries(account, place.sharedFolder);
  const cluster = { dataDir: place.dataDir, password: place.password, account, binaries };
  const found = await readFile(join(place.dataDir, 'PG_VERSION'), 'utf8').catch(() => null);
  if (found === null) await initialise(cluster);
  else refuseOtherVersion(cluster, Number(found));
  return cluster;
}

/** For root: whoever owns the data already, since PostgreSQL runs as no other; the usual account for new data. */
async function accountOf(dataDir: string): Promise<Account | null> {
  const usual = await databaseAccount();
  const owner = await stat(dataDir).catch(() => null);
  return usual && owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : usual;
}

function refuseOtherVersion(cluster: Cluster, found: number): void {
  if (found === cluster.binaries.major) return;
  throw new StartError(
    `The data in ${cluster.dataDir} were written by PostgreSQL ${found}, and this Kairos brings ` +
      `PostgreSQL ${cluster.binaries.major}.\n` +
      'Start the Kairos that wrote them, and dump and restore (pg_dump, psql); or serve the data with ' +
      `PostgreSQL ${found} and set DATABASE_URL; or begin anew with another KAIROS_HOME.`,
  );
}

/** Made beside and renamed: a cluster is whole or not there. */
async function initialise(cluster: Cluster): Promise<void> {
  const above = join(cluster.dataDir, '..');
  await mkdir(above, { recursive: true, mode: 0o711 });
  const partial = await mkdtemp(`${cluster.dataDir}.new-`);
  const passwordDir = await mkdtemp(join(tmpdir(), 'kairos-'));
  const passwordFile = join(passwordDir, 'password');
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  if (cluster.account) {
    const { uid, gid } = cluster.account;
    await Promise.all([partial, passwordDir, passwordFile].map((path) => chown(path, uid, gid)));
  }
  try {
    await runInitdb(cluster, partial, passwordFile);
    await rename(partial, cluster.dataDir);
  } finally {
    await rm(passwordDir, { recursive: true, force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

async function runInitdb(cluster: Cluster, dataDir: string, passwordFile: string): Promise<void> {
  const args = [
    `--pgdata=${dataDir}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // One order of strings on every machine, whatever its own locale is.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  try {
    await promisify(execFile)(cluster.binaries.initdb, args, {
      ...cluster.account,
      cwd: '/',
      env: bareEnv(),
    });
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new StartError(`PostgreSQL could not make its data in ${dataDir}:\n${stderr?.trim() || message}`, {
      cause,
    });
  }
}

/** Nothing of the user's own PostgreSQL settings (PGPORT, PGDATA, PGOPTIONS …) may reach the embedded one. */
function bareEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' };
}

/** How the server of a cluster is run on a port. It stops in an orderly way, ending its connections, on SIGINT. */
export function clusterCommand(
  cluster: Cluster,
  port: number,
  settings: Record<string, string> = {},
): ProgramCommand {
  const all = {
    listen_addresses: '127.0.0.1',
    // Sockets would lie in a folder whose path can be too long, or not be the account's to write.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: `${Math.floor(bufferBytes() / 2 ** 20)}MB`,
    // A page's first change after a checkpoint is logged as the whole page. By the 1 GB and 5 minutes of PostgreSQL's own
    // a shop that routes all the time has a checkpoint every quarter of a minute, and its log is nearly all such pages.
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Its log names no rows: what follows an error has the values that were written.
    log_error_verbosity: 'terse',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    file: cluster.binaries.postgres,
    args: ['-D', cluster.dataDir, '-p', String(port), ...options],
    env: bareEnv(),
    account: cluster.account,
    stopSignal: 'SIGINT',
  };
}

/**
 * How much of what was last read the server keeps at hand: a quarter of the memory, within bounds. PostgreSQL's own
 * 128 MB are for the smallest machines: with a million customers it read nearly all that routing asks for anew each time.
 * What is not used of it is not taken.
 */
function bufferBytes(): number {
  const within = process.constrainedMemory();
  const memory = within > 0 ? Math.min(within, totalmem()) : totalmem();
  return Math.min(Math.max(memory / 4, leastBufferBytes), mostBufferBytes);
}

/** How clients reach a database of the cluster that is served on a port. */
export function clusterUrl(cluster: Pick<Cluster, 'password'>, port: number, database: string): string {
  return `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/** Whether the server behind a URL answers a query now. */
export async function answersQueries(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, fetch_types: false, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Creates a database of a cluster that runs, unless it is there. */
export async function ensureDatabase(cluster: Cluster, port: number, database: string): Promise<void> {
  const sql = postgres(clusterUrl(cluster, port, 'postgres'), {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    const found = await sql`select from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The id of the process that last served a cluster, by the lock file it leaves; null where there is none. */
export async function lastPostmaster(dataDir: string): Promise<number | null> {
  const lock = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => null);
  const pid = Number(lock?.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}
