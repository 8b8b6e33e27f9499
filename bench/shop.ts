import type { Client } from '@temporalio/client';
import type { Bench, BenchDatabase, BenchTemporal } from './bench.ts';
import type { BenchProcess } from './process.ts';
import { until } from './until.ts';
import { dispatchConcurrency } from '../src/routing/dispatcher.ts';

/** A whole Kairos with the benchmark's journeys, and a worker of the bare workflows beside it on the same server. */
export class BenchShop {
  readonly database: BenchDatabase;
  readonly temporal: BenchTemporal;
  readonly api: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #bench: Bench;
  #router: BenchProcess | null = null;

  private constructor(bench: Bench, database: BenchDatabase, temporal: BenchTemporal, api: string) {
    this.#bench = bench;
    this.database = database;
    this.temporal = temporal;
    this.api = api;
    this.env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address };
  }

  /** API and database; the rest is started by whoever needs it. */
  static async open(bench: Bench, name: string): Promise<BenchShop> {
    const database = await bench.database(name);
    const temporal = await bench.temporal();
    const { url } = await bench.kairos('api', { DATABASE_URL: database.url });
    return new BenchShop(bench, database, temporal, url);
  }

  async startRouter(): Promise<void> {
    this.#router = await this.#bench.part('router', this.env);
  }

  async stopRouter(): Promise<void> {
    await this.#router?.stop();
    this.#router = null;
  }

  /** The worker of the journeys, or one of the bare workflows. */
  async startWorker(env: NodeJS.ProcessEnv = {}, options: string[] = []): Promise<BenchProcess> {
    const bundle = ['--bundle', await this.#bench.bundle()];
    return this.#bench.part('worker', { ...this.env, ...env }, [...bundle, ...options]);
  }

  /** Posts messages, a hundred a request. */
  async post(batch: readonly object[]): Promise<void> {
    for (let from = 0; from < batch.length; from += 100) {
      const response = await fetch(`${this.api}/v1/batch`, {
        method: 'POST',
        headers: { authorization: 'Bearer dev-write-key', 'content-type': 'application/json' },
        body: JSON.stringify({ batch: batch.slice(from, from + 100) }),
      });
      const { accepted } = (await response.json()) as { accepted?: number };
      if (accepted !== Math.min(100, batch.length - from)) throw new Error(`Accepted only ${accepted}.`);
    }
  }

  /** Customers that may be written to, all known to routing. */
  async customers(userIds: readonly string[]): Promise<void> {
    await this.post(
      userIds.map((userId) => ({
        type: 'identify',
        userId,
        traits: { email: `${userId}@example.test` },
        context: { consent: { channels: { email: true } } },
      })),
    );
    await this.untilRouted();
  }

  async untilRouted(): Promise<void> {
    const { sql } = this.database;
    await until('routing', async () => (await sql`select from unrouted limit 1`).length === 0);
  }

  async untilDispatched(): Promise<void> {
    await this.untilRouted();
    const { sql } = this.database;
    await until('dispatching', async () => {
      return (await sql`select from dispatches where done_at is null and not held limit 1`).length === 0;
    });
  }
}

/** How many workflows of a type have closed, by Temporal's own count. */
export async function closedOf(client: Client, workflowType: string): Promise<number> {
  const { count } = await client.workflow.count(
    `WorkflowType = '${workflowType}' AND ExecutionStatus != 'Running'`,
  );
  return count;
}

/** Starts bare workflows, as many calls at once as Kairos's dispatcher makes. */
export async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: dispatchConcurrency }, lane));
}
