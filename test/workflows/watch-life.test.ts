import { randomUUID } from 'node:crypto';
import type { temporal } from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { CloseAnswer, PageAnswer, PageInput, WaveBegun, WaveEnd } from '../../activities/contract.ts';
import { searchAttributes } from '../../src/domain/search-attributes.ts';
import { dispatchSignal, type RunDispatch } from '../../src/domain/run-input.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import type { WatchInput } from '../../src/domain/watch-input.ts';
import { startWorkers } from '../../testing/workers.ts';
import { bundleFixtures } from '../support/bundle-fixtures.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => void (environment = await devServer()));
afterAll(() => environment.teardown());

const ended: WaveEnd = { units: 3, places: 6, used: 4, heldOut: 1, withheld: 2, unitsLeft: 3, goesOn: false };

/** What the activities of a watch answer; what a test does not say comes to one wave that serves all. */
interface Answers {
  newestVersion?: (end?: { outcome: string; heard: number }) => string | { closed: string };
  beginWave?: (wave: number) => WaveBegun | Promise<WaveBegun>;
  servePage?: (input: PageInput) => PageAnswer | Promise<PageAnswer>;
  endWave?: (wave: number) => WaveEnd | Promise<WaveEnd>;
}

/** A backInStock on a real Temporal, with activities that the test answers for. */
async function running(answers: Answers = {}, workflowBundle = inject('workflowBundle')) {
  const [workflowId, asked] = [`backInStock/${randomUUID()}//1`, [] as string[]];
  const closed: { outcome: string; heard: number }[] = [];
  const client = environment.client.workflow;
  const stop = await startWorkers({
    environment,
    workflowBundle,
    journey: {
      beginWave: async ({ wave }: { wave: number }) => {
        asked.push(`begin ${wave}`);
        const begun: WaveBegun = { kind: 'begun', wave, nextAt: 0 };
        return answers.beginWave?.(wave) ?? begun;
      },
      newestVersion: async ({ end }: { end?: { outcome: string; heard: number } }) =>
        answers.newestVersion?.(end) ?? 'backInStock',
      endWave: async ({ wave }: { wave: number }) => {
        asked.push(`end ${wave}`);
        return answers.endWave?.(wave) ?? ended;
      },
      closeRun: async ({ outcome, heard }: { outcome: string; heard: number }): Promise<CloseAnswer> => {
        closed.push({ outcome, heard });
        return { closed: true, outcome };
      },
    },
    channel: {
      servePage: async (input: PageInput) => {
        asked.push(`page ${input.wave} ${input.channel} ${input.look}`);
        const answer: PageAnswer = { next: null, lookAgain: false };
        return answers.servePage?.(input) ?? answer;
      },
    },
  });
  const input: WatchInput = {
    ...{
      runId: randomUUID(),
      name: 'backInStock',
      subject: 'kettle',
      heardUpTo: 0,
      settings: {},
      openedAt: nowMs(),
    },
    wake: { seq: 0, name: 'soldOut', at: 1, units: 0 },
    clock: realTime,
  };
  await client.start('backInStock', {
    ...{ workflowId, taskQueue: journeyQueue, args: [input], workflowIdReusePolicy: 'REJECT_DUPLICATE' },
    typedSearchAttributes: [{ key: searchAttributes.subject, value: 'kettle' }],
  });
  const handle = client.getHandle(workflowId);
  return {
    ...{ asked, closed, handle },
    tell: (seq: number, name = 'restocked') => {
      const wake: RunDispatch = {
        seq,
        kind: 'event',
        eventId: `e-${seq}`,
        name,
        at: seq,
        carries: { units: 3 },
      };
      return handle.signal(dispatchSignal, wake);
    },
    stage: async () => (await handle.describe()).searchAttributes['KairosStage']?.[0],
    details: async () => {
      const query = handle.query<temporal.api.sdk.v1.IWorkflowMetadata>('__temporal_workflow_metadata');
      return (await query).currentDetails;
    },
    history: async () => (await handle.fetchHistory()).events!,
    [Symbol.asyncDispose]: async () => {
      await handle.terminate().catch((error: unknown) => expect(String(error)).toMatch(/completed/));
      await stop();
    },
  };
}

const hour = 3_600_000;
const nowMs = () => Math.floor(performance.timeOrigin + performance.now());
const inAnHour = () => nowMs() + hour;

test('waits for a restock, serves wave after wave with a pause between, and then waits anew', async () => {
  await using it = await running({
    beginWave: (wave) => ({ kind: 'begun', wave, nextAt: wave === 1 ? 0 : inAnHour() }),
    servePage: ({ wave, channel }) => ({
      next: wave === 1 && channel === 'onsite' ? 'email' : null,
      lookAgain: false,
    }),
    endWave: (wave) => ({ ...ended, goesOn: wave === 1 }),
  });
  await eventually('the wait', async () => (await it.stage()) === 'waits for restocked');
  expect(it.asked).toEqual([]);
  await it.tell(1);
  await eventually(
    'the next wait',
    async () => it.asked.includes('end 2') && (await it.stage()) === 'waits for restocked',
  );
  expect(it.asked).toEqual([
    'begin 1',
    'page 1 onsite 0',
    'page 1 email 0',
    'end 1',
    'begin 2',
    'page 2 onsite 0',
    'end 2',
  ]);
  const description = await it.handle.describe();
  expect(description.searchAttributes).toMatchObject({ KairosSubject: ['kettle'] });
  await it.tell(2);
  await eventually('the third wave', () => it.asked.includes('begin 3'));
});

test('an operator reads when the next wave comes and what the last came to; the state that waits is small', async () => {
  const nextAt = inAnHour();
  await using it = await running({
    // Those who are left sleep: what was to be the pause at the wave's beginning is longer at its end.
    beginWave: (wave) => ({ kind: 'begun', wave, nextAt: 0 }),
    endWave: () => ({ ...ended, goesOn: true, nextAt }),
  });
  await it.tell(1);
  await eventually('the pause', async () => (await it.stage()) === 'pause before wave 2');
  expect(await it.details()).toBe('wave 1: 3 units, 6 places, 4 used, 1 of them held out; 2 passed over');
  const [started, ...rest] = await it.history();
  const timer = rest.find(({ timerStartedEventAttributes: found }) => found);
  expect(Buffer.from(timer!.userMetadata!.summary!.data!).toString()).toBe(
    `"pause before wave 2 at ${new Date(nextAt).toISOString()}"`,
  );
  const payload = started!.workflowExecutionStartedEventAttributes!.input!.payloads![0]!;
  expect(payload.data!.length).toBeLessThan(1_000);
  expect(rest.length).toBeLessThan(12);
  // What is heard meanwhile may bring others: the pause is as long for them as it was to be.
  await it.tell(2);
  await eventually('the second wave', () => it.asked.includes('begin 2'));
});

test('cancelled by an operator, it closes its row as cancelled, in every wait', async () => {
  for (const stage of ['waits for restocked', 'pause before wave 2']) {
    await using it = await running({
      beginWave: (wave) => ({ kind: 'begun', wave, nextAt: inAnHour() }),
      endWave: () => ({ ...ended, goesOn: true }),
    });
    if (stage.startsWith('pause')) await it.tell(1);
    await eventually(stage, async () => (await it.stage()) === stage);
    await it.handle.cancel();
    await expect(it.handle.result()).rejects.toThrow(/cancelled/i);
    expect(it.closed).toEqual([{ outcome: 'cancelled', heard: stage.startsWith('pause') ? 1 : 0 }]);
  }
});

test('no wake is lost where one workflow gives way to the next, also out of order and twice', async () => {
  const [waves, each] = [12, 6];
  const telling: Promise<unknown>[] = [];
  await using it = await running({
    beginWave: (wave) => ({ kind: 'begun', wave, nextAt: 0 }),
    // The wave's end is what the next workflow follows upon: its signals come in the midst of that.
    endWave: (wave) => {
      const seqs = Array.from({ length: each }, (_, n) => wave * each - n + 1);
      telling.push(...[...seqs, seqs[2]!].map((seq) => it.tell(seq, seq % 2 ? 'soldOut' : 'restocked')));
      return { ...ended, goesOn: wave % 4 !== 0 && wave < waves };
    },
  });
  await it.tell(1);
  await eventually('the last wave', () => it.asked.includes(`end ${waves}`));
  await Promise.all(telling);
  await it.handle.cancel();
  await expect(it.handle.result()).rejects.toThrow(/cancelled/i);
  expect(it.closed).toEqual([{ outcome: 'cancelled', heard: waves * each + 1 }]);
});

test('after five hundred signals it goes on in a workflow of its own', async () => {
  await using it = await running();
  const first = (await it.handle.describe()).runId;
  const told = Array.from({ length: 510 }, (_, n) => n + 1);
  for (let n = 0; n < told.length; n += 30) {
    await Promise.all(told.slice(n, n + 30).map((seq) => it.tell(seq, 'soldOut')));
  }
  await eventually('the next workflow', async () => (await it.handle.describe()).runId !== first);
  await it.tell(511);
  await eventually('the wave', () => it.asked.includes('end 1'));
});

test('customers whose events have not taken effect are looked at again, at most three times', async () => {
  await using it = await running({ servePage: () => ({ next: null, lookAgain: true }) });
  await it.tell(1);
  await eventually('the end of the wave', () => it.asked.includes('end 1'));
  expect(it.asked).toEqual(['begin 1', ...[0, 1, 2, 3].map((look) => `page 1 onsite ${look}`), 'end 1']);
});

test('nothing on the shelf, or nobody who waits: no wave', async () => {
  await using it = await running({ beginWave: () => ({ kind: 'none', soldOut: true }) });
  await it.tell(1);
  await eventually('the look at the shelf', () => it.asked.includes('begin 1'));
  await it.tell(2);
  await eventually('the second look', () => it.asked.length === 2);
  expect(it.asked).toEqual(['begin 1', 'begin 1']);
});

test('with nobody left in line it ends, unless it has heard already what it waits for', async () => {
  const ends: ({ outcome: string; heard: number } | undefined)[] = [];
  await using it = await running({
    newestVersion: (end) => {
      ends.push(end);
      return end ? { closed: end.outcome } : 'backInStock';
    },
    servePage: async () => {
      // A second restock while the first is served: the episode after it is not let go.
      if (it.asked.length === 2) await it.tell(2);
      return { next: null, lookAgain: false };
    },
  });
  await it.tell(1);
  expect(await it.handle.result()).toBe('served');
  expect(ends).toEqual([undefined, { outcome: 'served', heard: 2 }]);
});

test('it changes its version between two episodes, never within one', async () => {
  const asked: number[] = [];
  const answers: Answers = {
    newestVersion: () => {
      asked.push(it.asked.length);
      return 'backInStock_v2';
    },
    beginWave: (wave) => ({ kind: 'begun', wave, nextAt: 0 }),
    endWave: (wave) => ({ ...ended, goesOn: wave === 1 }),
  };
  await using it = await running(answers, await bundleFixtures('two-versions.ts'));
  await it.tell(1);
  await eventually('the second version', async () => (await it.handle.describe()).type === 'backInStock_v2');
  // Once, and after both waves: the workflow between them is still of the first version.
  expect(asked).toEqual([it.asked.indexOf('end 2') + 1]);
});
