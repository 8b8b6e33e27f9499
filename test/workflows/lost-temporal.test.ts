import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { beforeAll, expect, test } from 'vitest';
import { bundleFixtures } from '../support/bundle-fixtures.ts';
import { eventually } from '../support/eventually.ts';
import { kairosOn, known, type KairosOn } from '../support/kairos-on.ts';
import type { GivenEvent } from '../support/routing.ts';
import { temporalProcess } from '../support/temporal-process.ts';
import * as lasting from './fixtures/lasting.ts';

let workflowBundle: string;
beforeAll(async () => void (workflowBundle = await bundleFixtures('lasting.ts')));

const added = (userId: string, cart: string, hoursAgo: number): GivenEvent => ({
  name: 'Product Added',
  userId,
  properties: { cart_id: cart, product_id: 'p1' },
  at: new Date(performance.timeOrigin + performance.now() - hoursAgo * 3_600_000).toISOString(),
});

/** gRPC's status. */
const notFound = 5;

/** The waits of a run as its history has them, in minutes; nothing while the run is not known. */
async function timersOf(it: KairosOn, key: string): Promise<number[]> {
  const { events = [] } = await (await it.handle(key)).fetchHistory().catch((error: unknown) => {
    if (isGrpcServiceError(error) && (error.code as number) === notFound) return { events: [] };
    throw error;
  });
  return (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Math.round(Number(timer.startToFireTimeout?.seconds ?? 0) / 60)] : [],
  );
}

test('Temporal loses all it knows: runs go on where they were, send nothing twice and wait nothing twice', async () => {
  await using temporal = await temporalProcess();
  await using it = await kairosOn(temporal.address, { exported: lasting, workflowBundle });
  await it.post(known('u1'), known('u2'), added('u1', 'nudged', 2), added('u2', 'bought', 2));
  await eventually('both were sent to', async () => (await it.ledger()).length === 2);
  await eventually('both wait', async () => (await timersOf(it, 'nudged')).length > 0);
  expect(await timersOf(it, 'nudged')).toEqual([48 * 60]);
  await it.post(known('u3'), added('u3', 'asleep', 0));
  await it.settled();
  // Twenty hours of the two days have passed.
  await it.sql`update deliveries set at = at - interval '20 hours'`;

  await temporal.loseState();
  await it.post({ name: 'Order Completed', userId: 'u2', properties: { order_id: 'o', cart_id: 'bought' } });
  await eventually('the order is routed', async () => (await it.sql`select from unrouted`).length === 0);
  await eventually('the open runs are known again', async () => {
    await it.keep();
    return (await timersOf(it, 'nudged')).length > 0 && (await it.client.workflow.count()).count === 2;
  });
  await it.settled();

  expect(await timersOf(it, 'nudged')).toEqual([28 * 60]);
  expect((await it.rows()).map(({ key, outcome }) => [key, outcome])).toEqual([
    ['asleep', null],
    ['bought', 'ordered'],
    ['nudged', null],
  ]);
  await expect((await it.handle('bought')).describe()).rejects.toBeInstanceOf(WorkflowNotFoundError);
  const { status, historyLength } = await (await it.handle('asleep')).describe();
  expect([status.name, historyLength]).toEqual(['RUNNING', 1]);
  expect(it.sent.sort()).toEqual(['u1@example.test', 'u2@example.test']);
  expect((await it.ledger()).map(({ key, nth, state }) => [key, nth, state])).toEqual([
    ['bought', 1, 'accepted'],
    ['nudged', 1, 'accepted'],
  ]);
});
