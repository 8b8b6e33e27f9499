import type { Client } from '@temporalio/client';
import { bareNamespace, type Bench } from '../bench.ts';
import { endSignal } from '../bare.ts';
import { waitMs } from '../journeys.ts';
import { perSecond, type Finding, type Line, type Question, type Size } from '../question.ts';
import { inTurn } from '../rounds.ts';
import { BenchShop, closedOf, inLanes } from '../shop.ts';
import { ratioOf } from '../statistics.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { until } from '../until.ts';

const shapes = [
  { journey: 'Awake', what: 'One send, one wait', aim: 0.8, words: 'at least 0.8', ends: false },
  { journey: 'Asleep', what: 'Asleep first: one wait, one send', aim: 1, words: 'above 1', ends: false },
  { journey: 'Ended', what: 'Ended while asleep', aim: 3, words: 'at least 3', ends: true },
] as const;
type Shape = (typeof shapes)[number];

/** (d) Whole runs, beside a workflow written by hand for Temporal alone. */
export const runs: Question = {
  letter: 'd',
  title: 'Runs per second, against a bare hand-written workflow on the same server',
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const shop = await BenchShop.open(bench, 'runs');
    const { url: KAIROS_SANDBOX_URL } = await bench.kairos('sandbox', {});
    await shop.startRouter();
    await shop.startWorker({ KAIROS_SANDBOX_URL });
    await shop.startWorker({ KAIROS_SANDBOX_URL, TEMPORAL_NAMESPACE: bareNamespace }, ['--bare']);
    const count = size === 'tiny' ? 3 : 400;
    const lines: Line[] = [];
    for (const shape of shapes) {
      // Not counted: the first of everything is slow.
      if (size === 'full') await Promise.all([ofKairos(shop, shape, 20), ofBare(shop, shape, 20)]);
      const rates = await inTurn(size === 'tiny' ? 1 : 5, {
        kairos: () => ofKairos(shop, shape, count),
        bare: () => ofBare(shop, shape, count),
      });
      const figure = ratioOf(rates.kairos, rates.bare);
      const isMet = shape.journey === 'Asleep' ? figure.median > shape.aim : figure.median >= shape.aim;
      lines.push({ what: shape.what, figure, aim: { words: shape.words, isMet } });
      lines.push(perSecond(`${shape.what}: Kairos`, rates.kairos));
      lines.push(perSecond(`${shape.what}: bare`, rates.bare));
    }
    return { lines, notes: notes(count) };
  },
};

const notes = (count: number) => [
  `A round is ${count} runs at once, from the first request until Temporal has closed the last; each waits ${waitMs / 1_000} s, ` +
    'which is in the time of both.',
  'Kairos: events come over HTTP in batches of 100, are accepted, routed and dispatched; the send passes the gate and the ' +
    'ledger for a customer with an address and consent, is rendered, and calls the sandbox provider through SendGrid’s client.',
  'Bare: workflows are started by a client with as many calls at once as the dispatcher makes; the one activity makes the same ' +
    'call through the same client, with a fixed text, and nothing else. Its worker is a process like Kairos’s, with the same settings.',
  'Ended while asleep: every run is started; then the event that ends each comes (bare: a signal, once the workflow waits).',
];

let batches = 0;

async function ofKairos(shop: BenchShop, shape: Shape, count: number): Promise<number> {
  batches += 1;
  const users = Array.from({ length: count }, (_, n) => `u-${batches}-${n}`);
  await shop.customers(users);
  const type = `bench${shape.journey}`;
  const track = (event: string) => shop.post(users.map((userId) => ({ type: 'track', userId, event })));
  return timed(shop.temporal.client, type, count, async () => {
    await track(`Bench ${shape.journey}`);
    if (!shape.ends) return;
    await shop.untilDispatched();
    await track('Bench Ordered');
  });
}

async function ofBare(shop: BenchShop, shape: Shape, count: number): Promise<number> {
  batches += 1;
  const ids = Array.from({ length: count }, (_, n) => `bare-${batches}-${n}`);
  const { bare } = shop.temporal;
  const type = `bare${shape.journey}`;
  return timed(bare, type, count, async () => {
    await inLanes(ids, (id) =>
      bare.workflow.start(type, {
        workflowId: id,
        taskQueue: journeyQueue,
        args: [{ to: `${id}@example.test`, id }],
      }),
    );
    if (!shape.ends) return;
    const last = bare.workflow.getHandle(ids.at(-1)!);
    // Started, task scheduled, started and completed, and its timer.
    await until('the wait of the last', async () => (await last.describe()).historyLength >= 5);
    await inLanes(ids, (id) => bare.workflow.getHandle(id).signal(endSignal));
  });
}

/** Runs per second: from the beginning of the work until so many more workflows of the type have closed. */
async function timed(
  client: Client,
  type: string,
  count: number,
  work: () => Promise<void>,
): Promise<number> {
  const before = await closedOf(client, type);
  const since = performance.now();
  await work();
  await until(`the end of ${count} ${type}`, async () => (await closedOf(client, type)) >= before + count);
  return count / ((performance.now() - since) / 1_000);
}
