import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endingWithUs } from '../../src/embedded/ending-with-us.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import { answersQueries, clusterCommand, clusterUrl, prepareCluster } from '../../src/embedded/postgres.ts';
import { hasEnded, runProgram, stopProgram } from '../../src/embedded/program.ts';

export interface TestPostgres {
  url: string;
  stop(): Promise<void>;
}

const attempts = 3;

/** Durability costs tests much and protects nothing: the data are thrown away. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '2GB',
  // Each of its databases is small, and each that is dropped has all buffers searched.
  shared_buffers: '128MB',
  log_checkpoints: 'off',
};

/**
 * The PostgreSQL that tests run on: the one named by KAIROS_TEST_POSTGRES, else an embedded one, which all users of
 * this process share (vitest sets up each of its projects by itself) and the last of them stops.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const given = process.env['KAIROS_TEST_POSTGRES'];
  if (given) return { url: given, stop: async () => {} };
  const shared = sharedServer();
  shared.users += 1;
  const server = await shared.server;
  return {
    url: server.url,
    async stop() {
      shared.users -= 1;
      if (shared.users === 0) await server.stop();
    },
  };
}

interface Shared {
  users: number;
  server: Promise<TestPostgres>;
}

/** On the global object: each project of vitest has its own instance of this module. */
function sharedServer(): Shared {
  const holder = globalThis as { kairosTestPostgres?: Shared };
  holder.kairosTestPostgres ??= { users: 0, server: startEmbedded() };
  return holder.kairosTestPostgres;
}

async function startEmbedded(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'kairos-test-'));
  // Root's PostgreSQL runs as another user, who has to get in.
  await chmod(folder, 0o711);
  const cluster = await prepareCluster({
    dataDir: join(folder, 'postgres'),
    sharedFolder: join(tmpdir(), 'kairos-shared'),
    password: randomBytes(12).toString('hex'),
  });
  const stopped = () => rm(folder, { recursive: true, force: true });
  const log = join(folder, 'postgres.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    // A test run that is killed leaves no server behind.
    const command = await endingWithUs(clusterCommand(cluster, port, settings));
    const child = runProgram(command, ['ignore', 'ignore', openSync(log, 'a')]);
    const url = clusterUrl(cluster, port, 'postgres');
    while (!hasEnded(child)) {
      if (await answersQueries(url))
        return { url, stop: () => stopProgram(child, 'SIGINT', 20_000).then(stopped) };
      await delay(20);
    }
    const said = await readFile(log, 'utf8');
    // Somebody took the port meanwhile.
    if (attempt < attempts && said.includes('Address already in use')) continue;
    throw new Error(`The PostgreSQL of the tests ended while it started:\n${said}`);
  }
}
