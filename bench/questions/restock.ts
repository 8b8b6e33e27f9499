import { readFile } from 'node:fs/promises';
import type { Bench } from '../bench.ts';
import type { BenchProcess } from '../process.ts';
import type { Finding, Question, Size } from '../question.ts';
import { addWaitingPeople } from '../sending/people.ts';
import { BenchShop } from '../shop.ts';
import { spreadOf } from '../statistics.ts';
import { callsBetween, temporalCalls } from '../temporal-calls.ts';
import { until } from '../until.ts';

/** (g) A watch serves a waiting list. */
export const restock: Question = {
  letter: 'g',
  title: 'A restock reaches a hundred thousand waiting customers in one workflow',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const [few, many] = size === 'tiny' ? [20, 1_100] : [1_000, 100_000];
    const first = await served(bench, few);
    const second = await served(bench, many);
    const say = (count: number) => count.toLocaleString('en-US');
    const perCustomer = second.ms / many / (first.ms / few);
    const line = (what: string, value: number, unit: 'ms' | 'MB' | 'calls' | 'per second') => ({
      ...{ what, figure: spreadOf([value]), unit },
    });
    return {
      lines: [
        {
          what: `Time for each customer: ${say(many)} against ${say(few)}`,
          figure: spreadOf([perCustomer]),
          aim: { words: 'at most 1', isMet: perCustomer <= 1 },
        },
        line(`${say(many)} customers served`, many / (second.ms / 1_000), 'per second'),
        line(`${say(many)} customers, from the report to the end of the wave`, second.ms, 'ms'),
        line('Requests to the provider', second.requests, 'calls'),
        line('Calls to Temporal, long polls among them', second.calls, 'calls'),
        line(`Memory of the worker after ${say(few)}`, first.memoryMb, 'MB'),
        line(`Memory of the worker after ${say(many)}, at its greatest`, second.memoryMb, 'MB'),
      ],
      notes: [
        'From `stock.changed` over HTTP through router, workflow, gate and SendGrid’s own client to the sandbox’s inbox; a tenth is held out.',
        `One run of \`backInStock\` with ${second.workflows} workflows one after the other; the one that served has ${second.history} events in its history. ` +
          `${say(second.sent)} mails were taken, ${say(second.heldOut)} customers held out, nobody twice.`,
      ],
    };
  },
};

/** Lets so many wait, restocks, and measures until the wave is over: a Kairos of its own on the same servers. */
async function served(bench: Bench, count: number) {
  const shop = await BenchShop.open(bench, `restock_${count}`);
  const { sql } = shop.database;
  // The servers are shared: a product of its own, and so a workflow of its own.
  const sku = `kettle-${count}`;
  await seed(shop, sku, count);
  const sandbox = await bench.kairos('sandbox', { DATABASE_URL: shop.database.url });
  const worker = await bench.kairos('worker', { ...shop.env, KAIROS_SANDBOX_URL: sandbox.url });
  await bench.kairos('router', shop.env);
  const before = await temporalCalls(shop.temporal.metricsUrl, 'default');
  const from = performance.now();
  await report(shop, sku, count);
  await until(
    'the end of the wave',
    async () => (await sql`select from waves where ended_at is not null`).length > 0,
  );
  const ms = performance.now() - from;
  const after = await temporalCalls(shop.temporal.metricsUrl, 'default');
  const [row] = await sql<{ sent: number; heldOut: number; requests: number; open: number }[]>`
    select count(*) filter (where state = 'accepted')::int as sent,
      count(*) filter (where state = 'held-out')::int as "heldOut",
      count(distinct provider_id)::int as requests,
      count(*) filter (where state not in ('accepted', 'held-out'))::int as open from deliveries`;
  if (row!.sent + row!.heldOut !== count)
    throw new Error(`Only ${JSON.stringify(row)} of ${count} were served.`);
  const histories = await workflowsOf(shop);
  const memoryMb = await greatestMb(worker);
  await bench.endParts();
  const calls = [...callsBetween(before, after).values()].reduce((sum, made) => sum + made, 0);
  return { ms, memoryMb, calls, ...row!, workflows: histories.length, history: Math.max(...histories) };
}

/** People who may be written to and wait; the shelf is empty. */
async function seed(shop: BenchShop, sku: string, count: number): Promise<void> {
  const { sql } = shop.database;
  const at = new Date(performance.timeOrigin + performance.now() - 86_400_000).toISOString();
  await addWaitingPeople(shop.database, { count, sku, at });
  await sql`analyze`;
  await report(shop, sku, 0);
}

async function report(shop: BenchShop, sku: string, available: number): Promise<void> {
  const time = new Date(performance.timeOrigin + performance.now()).toISOString();
  const event = {
    specversion: '1.0',
    id: `${time}-${available}`,
    source: '/bench',
    type: 'stock.changed',
    subject: sku,
  };
  const response = await fetch(`${shop.api}/v1/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer dev-admin-key', 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ ...event, time, data: { available } }),
  });
  if (!response.ok) throw new Error(`/v1/events answered ${response.status}: ${await response.text()}`);
}

/** How long the histories of the run's workflows are. */
async function workflowsOf(shop: BenchShop): Promise<number[]> {
  const [run] = await shop.database.sql<
    { workflowId: string }[]
  >`select workflow_id as "workflowId" from runs`;
  const lengths: number[] = [];
  const query = `WorkflowId = '${run!.workflowId}'`;
  for await (const { runId } of shop.temporal.client.workflow.list({ query })) {
    const handle = shop.temporal.client.workflow.getHandle(run!.workflowId, runId);
    lengths.push((await handle.describe()).historyLength);
  }
  return lengths;
}

async function greatestMb({ pid }: BenchProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1_024;
}
