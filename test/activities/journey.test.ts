import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { createJourneyActivities } from '../../activities/journey.ts';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testDatabase } from '../support/database.ts';
import { openRun, teapot } from '../support/open-run.ts';

const now = Date.UTC(2026, 0, 5, 9);
const clock = createClock(realTime, () => now);

async function openedRun(options: Parameters<typeof openRun>[2] = {}) {
  const database = await testDatabase();
  const { input, customerId } = await openRun(database, clock, options);
  const activities = createJourneyActivities({ database, clock });
  const owe = (seq: number) => database.sql`update runs set last_seq = ${seq} where id = ${input.runId}`;
  const row = async () =>
    (await database.sql`select state, outcome, closed_at from runs where id = ${input.runId}`)[0];
  return {
    runId: input.runId,
    customerId,
    database,
    activities,
    owe,
    row,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

describe('closeRun', () => {
  test('closes an open run at the time of the clock, and tells the same when it is repeated', async () => {
    await using run = await openedRun();
    const close = { runId: run.runId, outcome: 'lost', heard: 0 };
    expect(await run.activities.closeRun(close)).toEqual({ closed: true, outcome: 'lost' });
    expect(await run.activities.closeRun(close)).toEqual({ closed: true, outcome: 'lost' });
    expect(await run.row()).toEqual({ state: 'closed', outcome: 'lost', closed_at: new Date(now) });
  });

  test('leaves a run open that is owed a dispatch, and says which', async () => {
    await using run = await openedRun();
    await run.owe(2);
    expect(await run.activities.closeRun({ runId: run.runId, outcome: 'lost', heard: 1 })).toEqual({
      closed: false,
      owed: 2,
    });
    expect(await run.row()).toMatchObject({ state: 'open', outcome: null });
    expect(await run.activities.closeRun({ runId: run.runId, outcome: 'lost', heard: 2 })).toEqual({
      closed: true,
      outcome: 'lost',
    });
  });

  test('waits for routing that holds the row, and judges by what it leaves', async () => {
    await using run = await openedRun();
    let answer: Promise<unknown> = Promise.resolve();
    await run.database.sql.begin(async (tx) => {
      await tx`select from runs where id = ${run.runId} for update`;
      answer = run.activities.closeRun({ runId: run.runId, outcome: 'lost', heard: 0 });
      await tx`update runs set last_seq = 1 where id = ${run.runId}`;
    });
    expect(await answer).toEqual({ closed: false, owed: 1 });
  });

  test('tells the outcome of an ending that was quicker', async () => {
    await using run = await openedRun();
    await run.database
      .sql`update runs set state = 'closed', outcome = 'ordered', last_seq = 1 where id = ${run.runId}`;
    expect(await run.activities.closeRun({ runId: run.runId, outcome: 'lost', heard: 0 })).toEqual({
      closed: true,
      outcome: 'ordered',
    });
  });
});

describe('looks', () => {
  test('tell when the run was last touched, and what is in the cart, without words', async () => {
    await using run = await openedRun({ lines: [teapot] });
    expect(await run.activities.lastActivity({ runId: run.runId })).toBe(now);
    const items = await run.activities.readProjection({
      runId: run.runId,
      projection: 'cart',
      read: 'items',
    });
    expect(items).toEqual([
      { line: 'teapot', sku: 'teapot', productId: null, quantity: 1, priceMinor: 2_900, currency: 'EUR' },
    ]);
  });

  test('find nothing in a cart that is not there', async () => {
    await using run = await openedRun();
    await run.database.sql`delete from carts`;
    expect(
      await run.activities.readProjection({ runId: run.runId, projection: 'cart', read: 'items' }),
    ).toEqual([]);
  });

  test('tell whether the customer is in a segment now', async () => {
    await using two = await openedRun({ orders: 2 });
    await using three = await openedRun({ orders: 3 });
    expect(await two.activities.isIn({ runId: two.runId, segment: 'loyal-shoppers' })).toBe(false);
    expect(await three.activities.isIn({ runId: three.runId, segment: 'loyal-shoppers' })).toBe(true);
  });

  test('tell the arm of a split, write it down, and tell the same whatever has changed since', async () => {
    await using run = await openedRun();
    const ask = { runId: run.runId, split: 'tone', shares: { plain: 0.5, warm: 0.5 } };
    const arm = await run.activities.drawArm(ask);
    const [row] = await run.database.sql`select arms from runs`;
    expect(row).toEqual({ arms: { tone: arm } });
    const other = arm === 'warm' ? { plain: 1, warm: 0 } : { plain: 0, warm: 1 };
    expect(await run.activities.drawArm({ ...ask, shares: other })).toBe(arm);
    expect(await run.activities.drawArm({ ...ask, split: 'sign', shares: other })).not.toBe(arm);
  });

  test('that cannot succeed are not tried again, and say why', async () => {
    await using run = await openedRun();
    const unknown = '01a20000-0000-7000-8000-000000000000';
    const wrong: [() => Promise<unknown>, RegExp][] = [
      [() => run.activities.lastActivity({ runId: unknown }), /There is no run/],
      [
        () => run.activities.drawArm({ runId: unknown, split: 'tone', shares: { a: 0.5, b: 0.5 } }),
        /There is no run/,
      ],
      [() => run.activities.closeRun({ runId: unknown, outcome: 'lost', heard: 0 }), /There is no run/],
      [
        () => run.activities.isIn({ runId: run.runId, segment: 'nobody' }),
        /There is no segment nobody: add it to/,
      ],
      [
        () => run.activities.readProjection({ runId: run.runId, projection: 'cart', read: 'smell' }),
        /Nothing reads smell/,
      ],
    ];
    for (const [asked, sentence] of wrong) {
      const error: unknown = await asked().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ApplicationFailure);
      expect(error).toMatchObject({
        nonRetryable: true,
        type: 'not-found',
        message: expect.stringMatching(sentence) as string,
      });
    }
  });
});
