import { randomUUID } from 'node:crypto';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFixtures } from '../support/bundle-fixtures.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { kairosOn, known, type KairosOn } from '../support/kairos-on.ts';
import type { GivenEvent } from '../support/routing.ts';
import * as lasting from './fixtures/lasting.ts';

const { ResetReapplyType, EventType } = proto.temporal.api.enums.v1;

/** An operator resets a run in the Temporal UI to its first task: everything after it happens once more. */
let temporal: Awaited<ReturnType<typeof devServer>>;
let it: KairosOn;
beforeAll(async () => {
  temporal = await devServer();
  const workflowBundle = await bundleFixtures('lasting.ts');
  it = await kairosOn(temporal.address, { exported: lasting, workflowBundle });
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await temporal[Symbol.asyncDispose]();
});

const of = (userId: string, name: string): GivenEvent => ({
  name,
  userId,
  properties: { cart_id: userId, order_id: userId, product_id: 'p1' },
});
const addedTwoHoursAgo = (userId: string): GivenEvent => ({
  ...of(userId, 'Product Added'),
  at: new Date(it.clock.now().getTime() - 2 * 3_600_000).toISOString(),
});

async function historyOf(key: string) {
  return (await (await it.handle(key)).fetchHistory()).events ?? [];
}

const waits = (key: string) => async () =>
  (await historyOf(key)).some((event) => event.timerStartedEventAttributes);

/** The first message is sent, and the run waits before the second. */
async function nudged(key: string): Promise<void> {
  await it.post(known(key), addedTwoHoursAgo(key));
  await eventually('its run', async () => (await it.rows()).some((row) => row.key === key));
  await it.settled();
  await eventually('it waits', waits(key));
}

/** @param signals Whether what the run was told is told to the new execution as well. */
async function reset(key: string, signals: 'told again' | 'left out'): Promise<void> {
  const task = (await historyOf(key)).find(
    (event) => event.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  );
  await it.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: (await it.handle(key)).workflowId },
    workflowTaskFinishEventId: task!.eventId!,
    requestId: randomUUID(),
    reason: 'an operator wants to see it again',
    resetReapplyType:
      signals === 'told again'
        ? ResetReapplyType.RESET_REAPPLY_TYPE_SIGNAL
        : ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
  });
}

const sentTo = (key: string) => it.sent.filter((to) => to === `${key}@example.test`).length;
const passDays = (key: string, days: number) => it.sql`
  update deliveries d set at = d.at - make_interval(days => ${days}) from runs r where r.id = d.run_id and r.key = ${key}`;
const ledgerOf = async (key: string) =>
  (await it.ledger())
    .filter((row) => row['key'] === key)
    .map((row) => [row['nth'], row['state'], row['reason']]);

describe('a run that is open', () => {
  test('sends nothing again, waits from what it has sent, and hears its end', async () => {
    await nudged('open');
    await reset('open', 'told again');
    await eventually('it waits again', waits('open'));
    expect(sentTo('open')).toBe(1);
    await it.keep();
    expect((await it.rows()).find((row) => row.key === 'open')).toMatchObject({ state: 'open' });
    await it.post(of('open', 'Order Completed'));
    expect(await (await it.handle('open')).result()).toBe('ordered');
    expect(sentTo('open')).toBe(1);
    expect(await ledgerOf('open')).toEqual([[1, 'accepted', null]]);
  });

  test('hears anew what the reset left out, instead of waiting for it for ever', async () => {
    await nudged('deaf');
    await it.post(of('deaf', 'Message Replied'));
    await eventually('it is told', async () =>
      (await historyOf('deaf')).some((event) => event.workflowExecutionSignaledEventAttributes),
    );
    await it.settled();
    await passDays('deaf', 3);
    await reset('deaf', 'left out');
    expect(await (await it.handle('deaf')).result()).toBe('done');
    expect(await it.closed('deaf')).toMatchObject({ outcome: 'done' });
    // The second message was due, and went out once.
    expect(sentTo('deaf')).toBe(2);
  });
});

describe('a run that is closed', () => {
  test('sends nothing more and ends as it had ended', async () => {
    await nudged('bought');
    await it.post(of('bought', 'Order Completed'));
    expect(await (await it.handle('bought')).result()).toBe('ordered');
    await passDays('bought', 3);
    await reset('bought', 'left out');
    expect(await (await it.handle('bought')).result()).toBe('ordered');
    expect(sentTo('bought')).toBe(1);
    expect(await ledgerOf('bought')).toEqual([
      [1, 'accepted', null],
      [2, 'withheld', 'run-closed'],
    ]);
  });

  test('sends nothing more either when it was terminated and the keeper saw it first', async () => {
    await nudged('stopped');
    await (await it.handle('stopped')).terminate('An operator wants it so');
    await eventually('the keeper sees it', async () => {
      await it.keep();
      return (await it.rows()).find((row) => row.key === 'stopped')!.state === 'closed';
    });
    await passDays('stopped', 3);
    await reset('stopped', 'told again');
    expect(await (await it.handle('stopped')).result()).toBe('terminated');
    expect(sentTo('stopped')).toBe(1);
    expect(await it.closed('stopped')).toMatchObject({ outcome: 'terminated' });
  });

  test('cancelled while it was asleep, it ends as cancelled and sends nothing', async () => {
    await it.post(known('asleep'), of('asleep', 'Product Added'));
    await eventually('its run', async () => (await it.rows()).some((row) => row.key === 'asleep'));
    await it.settled();
    await (await it.handle('asleep')).cancel();
    expect(await it.closed('asleep')).toMatchObject({ outcome: 'cancelled' });
    expect(sentTo('asleep')).toBe(0);
  });
});
