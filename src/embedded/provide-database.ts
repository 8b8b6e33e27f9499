import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { onEmbeddedPort, type Boot } from './boot.ts';
import { writeHomeFile, type HomeFile } from './home-file.ts';
import { postgresPart } from './parts.ts';
import { chooseDataDir, clusterUrl, ensureDatabase, prepareCluster } from './postgres.ts';
import { withProgress } from './progress.ts';

/** Where root's clusters and programs lie when PostgreSQL's own user cannot enter the home. */
const sharedFolder = '/var/lib/kairos';
export const databaseName = 'kairos';
const usualPort = 5433;

/** The URL of the database: the one that DATABASE_URL names, else that of an embedded PostgreSQL, started. */
export async function provideDatabase(boot: Boot): Promise<string> {
  const given = boot.config.DATABASE_URL;
  if (given) return given;
  return withProgress(boot.say, 'Starting PostgreSQL', () => startEmbedded(boot));
}

async function startEmbedded(boot: Boot): Promise<string> {
  const { home, file } = boot;
  file.postgres.dataDir ??= await chooseDataDir(
    home,
    'postgres',
    join(sharedFolder, createHash('sha256').update(home).digest('hex').slice(0, 16), 'postgres'),
  );
  // Written before the data are made, because they can only be opened with the password.
  await writeHomeFile(home, file);
  const cluster = await prepareCluster({
    dataDir: dataDirOf(home, file) ?? '',
    sharedFolder,
    password: file.postgres.password,
  });
  const port = await onEmbeddedPort(boot, 'postgres', usualPort, (one) =>
    boot.supervisor.start(postgresPart(cluster, one)),
  );
  await ensureDatabase(cluster, port, databaseName);
  return clusterUrl(cluster, port, databaseName);
}

/** Where a home's embedded cluster lies; null while there is none. */
export function dataDirOf(home: string, file: HomeFile): string | null {
  return file.postgres.dataDir === null ? null : resolve(home, file.postgres.dataDir);
}
