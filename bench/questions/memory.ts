import { bareNamespace } from '../bench.ts';
import type { BenchProcess } from '../process.ts';
import { residentMb } from '../process-figures.ts';
import type { Question } from '../question.ts';
import { BenchShop, inLanes } from '../shop.ts';
import { spreadOf } from '../statistics.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { until } from '../until.ts';

/** (f) What waiting runs cost the worker. */
export const memory: Question = {
  letter: 'f',
  title: 'Memory of the worker with waiting runs',
  async measure(bench, size) {
    const shop = await BenchShop.open(bench, 'memory');
    const [few, many] = size === 'tiny' ? [3, 6] : [1_000, 20_000];
    const worker = await shop.startWorker();
    const bareWorker = await shop.startWorker({ TEMPORAL_NAMESPACE: bareNamespace }, ['--bare']);
    const idle = await residentMb(worker.pid);
    await shop.startRouter();
    await wait(shop, 0, few);
    await waitBare(shop, few);
    const settled = (process: BenchProcess) => settledMb(process, size === 'tiny' ? 0 : 2_000);
    const [atFew, bareAtFew] = [await settled(worker), await settled(bareWorker)];
    await wait(shop, few, many);
    const atMany = await settled(worker);
    const mb = (value: number) => ({ figure: spreadOf([value]), unit: 'MB' as const });
    const say = (count: number) => count.toLocaleString('en-US');
    return {
      lines: [
        { what: `${say(many)} waiting runs against ${say(few)}`, figure: spreadOf([atMany / atFew]) },
        {
          what: `${say(few)} waiting runs against as many bare workflows`,
          figure: spreadOf([atFew / bareAtFew]),
        },
        { what: 'No run', ...mb(idle) },
        { what: `${say(few)} waiting runs`, ...mb(atFew) },
        { what: `${say(many)} waiting runs`, ...mb(atMany) },
        { what: `${say(few)} bare workflows`, ...mb(bareAtFew) },
      ],
      notes: [
        'Resident memory of the worker’s process, once it has had the first task of every run and all of them wait on a timer. ' +
          'It keeps 400 workflows in memory; any other is read from its history when it wakes.',
        'Runs that begin with a wait are asleep: the worker does not know of them at all.',
      ],
    };
  },
};

/** Starts runs, from the `from`th to the `to`th, and waits until each waits. */
async function wait(shop: BenchShop, from: number, to: number): Promise<void> {
  const users = Array.from({ length: to - from }, (_, n) => `waiting-${from + n}`);
  const { client } = shop.temporal;
  // The stage is told in the task that sets the timer.
  const query = "WorkflowType = 'benchWaiting' AND KairosStage = 'until replied'";
  const before = (await client.workflow.count(query)).count;
  await shop.post(users.map((userId) => ({ type: 'track', userId, event: 'Bench Waiting' })));
  await shop.untilDispatched();
  const waiting = async () => (await client.workflow.count(query)).count - before;
  await until(`the waits of ${users.length}`, async () => (await waiting()) >= users.length, 500);
}

async function waitBare({ temporal: { bare } }: BenchShop, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, n) => `waiting-${n}`);
  await inLanes(ids, (workflowId) =>
    bare.workflow.start('bareWaiting', { workflowId, taskQueue: journeyQueue, args: [] }),
  );
  const last = bare.workflow.getHandle(ids.at(-1)!);
  await until('the last wait', async () => (await last.describe()).historyLength >= 5);
}

/** After the garbage of the tasks has had the time to go. */
async function settledMb(process: BenchProcess, afterMs: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  return residentMb(process.pid);
}
