import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflows } from '../../src/bin/bundle-workflows.ts';
import type { Bench, BenchDatabase } from '../bench.ts';
import type { BenchProcess } from '../process.ts';
import { BenchShop } from '../shop.ts';
import { callsBetween, temporalCalls } from '../temporal-calls.ts';
import { until } from '../until.ts';
import { addPeople, letWait } from './people.ts';

/** What came of one wave, from the report of the restock to its end. */
export interface WaveFigures {
  ms: number;
  sent: number;
  heldOut: number;
  /** Requests to the provider. */
  requests: number;
  /** Calls to Temporal. */
  calls: number;
  /** Events in the histories of the episode. */
  events: number;
  /** The greatest memory that the worker had, which served nothing else. */
  memoryMb: number;
}

/** A shop with the router, `backInStock` and many customers, some of whom wait for one product or another. */
export class RestockedShop {
  readonly shop: BenchShop;
  readonly #bench: Bench;
  readonly #bundle: string;
  #nextPerson = 1;

  private constructor(bench: Bench, shop: BenchShop, bundle: string) {
    this.#bench = bench;
    this.shop = shop;
    this.#bundle = bundle;
  }

  /** @param products by their skus, how many of the customers wait for each; no customer for two. */
  static async open(
    bench: Bench,
    customers: number,
    products: Readonly<Record<string, number>>,
  ): Promise<RestockedShop> {
    const shop = await BenchShop.open(bench, 'restock');
    const bundle = join(bench.folder, 'kairos.bundle.js');
    await writeFile(bundle, await bundleWorkflows());
    const made = new RestockedShop(bench, shop, bundle);
    await addPeople(shop.database, { count: customers, at: dayBefore() });
    for (const [sku, count] of Object.entries(products)) await made.#await(sku, count);
    await shop.database.sql.unsafe('vacuum analyze');
    await bench.kairos('router', shop.env);
    for (const sku of Object.keys(products)) await reportStock(shop.api, sku, 0);
    await shop.untilRouted();
    await made.#untilAtRest();
    return made;
  }

  /** Until the router has looked once at all who were put there behind its back: their segments and their birthdays. */
  async #untilAtRest(): Promise<void> {
    const { sql } = this.database;
    const isAtRest = async () => {
      const under = await sql`
        select from segments where next_definition is not null
        union all select from date_reckonings where next_definition is not null limit 1`;
      return under.length === 0;
    };
    await until('what the router does once', isAtRest, 500);
  }

  get database(): BenchDatabase {
    return this.shop.database;
  }

  /** It comes back, for all who wait for it, by a worker that has done nothing before; then the worker ends. */
  async restock(sku: string, units: number, sandboxUrl: string): Promise<WaveFigures> {
    const { temporal } = this.shop;
    const options = ['--bundle', this.#bundle];
    const env = { ...this.shop.env, KAIROS_SANDBOX_URL: sandboxUrl };
    const worker = await this.#bench.kairos('worker', env, options);
    const before = await temporalCalls(temporal.metricsUrl, 'default');
    const from = performance.now();
    await reportStock(this.shop.api, sku, units);
    await until('the end of the wave', () => this.#isOver(sku));
    const ms = performance.now() - from;
    const made = callsBetween(before, await temporalCalls(temporal.metricsUrl, 'default'));
    const told = await this.#told(sku);
    if (told.sent + told.heldOut !== units)
      throw new Error(`${JSON.stringify(told)} of ${units} were served.`);
    const events = await this.#events(sku);
    const memoryMb = await greatestMb(worker);
    await worker.stop();
    const calls = [...made].filter(([name]) => !name.startsWith('Poll'));
    return { ms, memoryMb, events, ...told, calls: calls.reduce((sum, [, count]) => sum + count, 0) };
  }

  async #await(sku: string, count: number): Promise<void> {
    await letWait(this.database, { from: this.#nextPerson, count, sku, at: dayBefore() });
    this.#nextPerson += count;
  }

  async #isOver(sku: string): Promise<boolean> {
    const { sql } = this.database;
    const ended = await sql`
      select from waves w join runs r on r.id = w.run_id where r.subject = ${sku} and w.ended_at is not null`;
    return ended.length > 0;
  }

  async #told(sku: string): Promise<Pick<WaveFigures, 'sent' | 'heldOut' | 'requests'>> {
    const [row] = await this.database.sql<[{ sent: number; heldOut: number; requests: number }]>`
      select count(*) filter (where state = 'accepted')::int as sent,
        count(*) filter (where state = 'held-out')::int as "heldOut",
        count(distinct provider_id)::int as requests from deliveries where subject = ${sku}`;
    return row;
  }

  /** Of the workflows that have closed: the last one waits for the next restock. */
  async #events(sku: string): Promise<number> {
    const { client } = this.shop.temporal;
    const [run] = await this.database.sql<[{ id: string }]>`
      select workflow_id as id from runs where subject = ${sku}`;
    const query = `WorkflowId = '${run.id}' AND ExecutionStatus != 'Running'`;
    let events = 0;
    await until('the end of the episode', async () => (await client.workflow.count(query)).count > 0);
    for await (const { runId } of client.workflow.list({ query }))
      events += (await client.workflow.getHandle(run.id, runId).describe()).historyLength;
    return events;
  }
}

const dayBefore = () => new Date(performance.timeOrigin + performance.now() - 86_400_000).toISOString();

/** A report of stock over HTTP. */
export async function reportStock(api: string, sku: string, available: number): Promise<void> {
  const time = new Date(performance.timeOrigin + performance.now()).toISOString();
  const id = `${time}-${sku}-${available}`;
  const event = { specversion: '1.0', id, source: '/bench', type: 'stock.changed', subject: sku };
  const response = await fetch(`${api}/v1/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer dev-admin-key', 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ ...event, time, data: { available } }),
  });
  if (!response.ok) throw new Error(`/v1/events answered ${response.status}: ${await response.text()}`);
}

async function greatestMb({ pid }: BenchProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1_024;
}
