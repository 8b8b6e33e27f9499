import type { Client } from '@temporalio/client';
import type { Clock } from '../../src/clock.ts';
import { lookedAt } from '../events.ts';
import { load } from '../load.ts';
import type { Question } from '../question.ts';
import { BenchShop } from '../shop.ts';
import { quantile, spreadOf } from '../statistics.ts';

/** Events per second that come in beside the probes, under load. */
const loadRate = 300;
const everyMs = 100;

/** (e) From the answer to the first task of the run. */
export const firstTask: Question = {
  letter: 'e',
  title: 'From acceptance (the HTTP answer) to the first workflow task',
  async measure(bench, size) {
    const shop = await BenchShop.open(bench, 'first_task');
    await shop.startRouter();
    await shop.startWorker();
    const probes = size === 'tiny' ? 3 : 100;
    const rounds = size === 'tiny' ? 1 : 3;
    if (size === 'full') await latencies(shop, bench.clock, 20);
    const idle: number[][] = [];
    const loaded: number[][] = [];
    for (let round = 0; round < rounds; round += 1) {
      idle.push(await latencies(shop, bench.clock, probes));
      const seconds = Math.ceil((probes * everyMs) / 1_000) + 2;
      const background = load({
        url: shop.api,
        path: '/v1/track',
        body: JSON.stringify(lookedAt),
        connections: 16,
        bound: { seconds },
        rate: loadRate,
      });
      loaded.push(await latencies(shop, bench.clock, probes));
      await background;
      await shop.untilDispatched();
    }
    const at = (all: number[][], share: number) => spreadOf(all.map((some) => quantile(some, share)));
    const slower = spreadOf(loaded.map((some, n) => quantile(some, 0.5) / quantile(idle[n]!, 0.5)));
    return {
      lines: [
        { what: 'Under load against idle, medians', figure: slower },
        { what: 'Idle, median', figure: at(idle, 0.5), unit: 'ms' },
        { what: 'Idle, 99th percentile', figure: at(idle, 0.99), unit: 'ms' },
        { what: 'Under load, median', figure: at(loaded, 0.5), unit: 'ms' },
        { what: 'Under load, 99th percentile', figure: at(loaded, 0.99), unit: 'ms' },
      ],
      notes: [
        `${rounds} rounds of ${probes} events each that start a run, one every ${everyMs} ms; idle means that nothing else comes in.`,
        `Under load ${loadRate} other events a second come in one by one, which concern no run.`,
        'From the moment the client has the answer to the start of the first workflow task in the run’s history, by one clock.',
      ],
    };
  },
};

let probed = 0;

/** Milliseconds from each answer to the first task of its run, sorted. */
async function latencies(shop: BenchShop, clock: Clock, probes: number): Promise<number[]> {
  const answered: { userId: string; at: number }[] = [];
  const posts: Promise<void>[] = [];
  for (let n = 0; n < probes; n += 1) {
    probed += 1;
    const userId = `probe-${probed}`;
    const posted = shop.post([{ type: 'track', userId, event: 'Bench Waiting' }]);
    posts.push(posted.then(() => void answered.push({ userId, at: clock.realNow().getTime() })));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await Promise.all(posts);
  await shop.untilDispatched();
  const found: number[] = [];
  for (const { userId, at } of answered) found.push((await firstTaskAt(shop, userId)) - at);
  return found.sort((a, b) => a - b);
}

async function firstTaskAt({ database, temporal }: BenchShop, userId: string): Promise<number> {
  const [run] = await database.sql<{ workflowId: string }[]>`
    select r.workflow_id as "workflowId" from runs r join events e on e.id = r.entry_event_id
    where e.user_id = ${userId}`;
  return startOfFirstTask(temporal.client, run!.workflowId);
}

async function startOfFirstTask(client: Client, workflowId: string): Promise<number> {
  for (;;) {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const started = events?.find((event) => event.workflowTaskStartedEventAttributes);
    const time = started?.eventTime;
    if (time) return Number(time.seconds) * 1_000 + (time.nanos ?? 0) / 1e6;
  }
}
