import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { bundleWorkflows } from '../src/bin/bundle-workflows.ts';
import { createClock, type Clock } from '../src/clock.ts';
import { connect, type Database } from '../src/db/connect.ts';
import { openHome } from '../src/db/home.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { realTime } from '../src/domain/time-scale.ts';
import { freePort } from '../src/embedded/free-port.ts';
import { kairosPart, postgresPart, temporalPart } from '../src/embedded/parts.ts';
import { clusterUrl, ensureDatabase, prepareCluster, type Cluster } from '../src/embedded/postgres.ts';
import { findTemporal } from '../src/embedded/temporal-binary.ts';
import { prepareDevServer } from '../src/embedded/temporal.ts';
import { startProcess, type BenchProcess } from './process.ts';
import { until } from './until.ts';

/** A database of Kairos's, migrated, and empty but for its home. */
export interface BenchDatabase extends Database {
  url: string;
  name: string;
}

export interface BenchTemporal {
  address: string;
  /** Where the server tells of every call that was made to it. */
  metricsUrl: string;
  client: Client;
  /** The same server's namespace of the bare workflows: the same names of queues, without meeting. */
  bare: Client;
}

export const bareNamespace = 'bare';

/**
 * What a question is measured on, in a folder of its own that goes away: a PostgreSQL and a Temporal run as `npm start`
 * runs them (PostgreSQL with fsync, and with a quarter of the memory, up to 8 GB, for what it read last), and processes
 * of Kairos's and its contenders'.
 */
export class Bench implements AsyncDisposable {
  readonly clock: Clock = createClock(realTime);
  readonly folder: string;
  readonly #cluster: Cluster;
  readonly #port: number;
  readonly #servers: BenchProcess[] = [];
  #parts: BenchProcess[] = [];
  #temporal: Promise<BenchTemporal> | null = null;
  readonly #databases: BenchDatabase[] = [];
  #connection: Connection | null = null;
  #bundle: Promise<string> | null = null;

  private constructor(folder: string, cluster: Cluster, port: number) {
    this.folder = folder;
    this.#cluster = cluster;
    this.#port = port;
  }

  static async open(): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), 'kairos-bench-'));
    // Root's PostgreSQL runs as another user, who has to pass through.
    await chmod(folder, 0o711);
    const cluster = await prepareCluster({
      dataDir: join(folder, 'postgres'),
      sharedFolder: join(tmpdir(), 'kairos-shared'),
      password: randomBytes(12).toString('hex'),
    });
    const bench = new Bench(folder, cluster, await freePort());
    bench.#servers.push(await startProcess(postgresPart(cluster, bench.#port), folder));
    return bench;
  }

  async database(name: string): Promise<BenchDatabase> {
    await ensureDatabase(this.#cluster, this.#port, name);
    const url = clusterUrl(this.#cluster, this.#port, name);
    await migrateDatabase(url);
    const database = { ...connect(url, { name: 'kairos bench' }), url, name };
    this.#databases.push(database);
    await openHome(database.sql, { clockSpeed: 1, realNow: this.clock.realNow() });
    return database;
  }

  /** A Temporal dev server with the namespaces `default` and, for the bare workflows, `bare`. */
  temporal(): Promise<BenchTemporal> {
    this.#temporal ??= this.#startTemporal();
    return this.#temporal;
  }

  /** Ends Kairos's parts and those of its contenders; PostgreSQL and Temporal go on. */
  async endParts(): Promise<void> {
    const ending = this.#parts;
    this.#parts = [];
    await Promise.all(ending.map((part) => part.stop()));
  }

  async #startTemporal(): Promise<BenchTemporal> {
    const binary = await findTemporal((line) => console.error(line));
    const [port, uiPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const server = { binary, file: join(this.folder, 'temporal.db'), port, uiPort, namespace: 'default' };
    const part = temporalPart(server);
    part.command.args.push('--metrics-port', String(metricsPort));
    this.#servers.push(await startProcess(part, this.folder));
    const address = `127.0.0.1:${port}`;
    await prepareDevServer(address, server.namespace);
    this.#connection = await Connection.connect({ address });
    return {
      address,
      metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
      client: new Client({ connection: this.#connection }),
      bare: new Client({ connection: this.#connection, namespace: await this.#makeBare(this.#connection) }),
    };
  }

  /** A part of Kairos's, by the name of its file in `src/bin`. */
  kairos(name: string, env: NodeJS.ProcessEnv, options: string[] = []): Promise<BenchProcess> {
    return this.#start(kairosPart(name, this.folder, this.#env(env), options));
  }

  /** A part of the benchmark's own, by the name of its file in `bench/parts`. */
  part(name: string, env: NodeJS.ProcessEnv, options: string[] = []): Promise<BenchProcess> {
    const part = kairosPart(name, this.folder, this.#env(env), options);
    const file = join(import.meta.dirname, 'parts', `${name}.ts`);
    const args = part.command.args.map((arg) => (arg.endsWith(`bin/${name}.ts`) ? file : arg));
    return this.#start({ ...part, command: { ...part.command, args } });
  }

  /** The benchmark's workflows, bundled once: the file's path. */
  bundle(): Promise<string> {
    this.#bundle ??= (async () => {
      const file = join(this.folder, 'workflows.bundle.js');
      const workflows = fileURLToPath(new URL('workflows.ts', import.meta.url));
      await writeFile(file, await bundleWorkflows(workflows));
      return file;
    })();
    return this.#bundle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endParts();
    for (const database of this.#databases) await database.end();
    await this.#connection?.close();
    for (const process of this.#servers.reverse()) await process.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #makeBare(connection: Connection): Promise<string> {
    const { workflowService } = connection;
    await workflowService.registerNamespace({
      namespace: bareNamespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await until('the namespace of the bare workflows', async () => {
      const counted = workflowService.countWorkflowExecutions({ namespace: bareNamespace });
      return counted.then(
        () => true,
        () => false,
      );
    });
    return bareNamespace;
  }

  async #start(part: Parameters<typeof startProcess>[0]): Promise<BenchProcess> {
    const process = await startProcess(part, this.folder);
    this.#parts.push(process);
    return process;
  }

  #env(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    return { PATH, HOME, PORT: '0', KAIROS_HOME: this.folder, KAIROS_LOG_LEVEL: 'warn', ...env };
  }
}
