import { describe, expect, test } from 'vitest';
import { closeFoundRuns } from '../../src/db/queries/close-found-runs.ts';
import { closeRun } from '../../src/db/queries/close-run.ts';
import { deliveries } from '../../src/db/schema/index.ts';
import { newId } from '../../src/ids.ts';
import { addCustomer, addRun, startSending } from '../support/sending.ts';

/** Two runs of a customer, each of which has a message on hold. */
async function setup() {
  const it = await startSending();
  const customerId = await addCustomer(it);
  const heldUntil = new Date(it.clock.now().getTime() + 3_600_000);
  const hold = async (runId: string, over: Partial<typeof deliveries.$inferInsert> = {}) => {
    const row = { id: newId(it.clock), runId, customerId, name: 'cart', message: 'nudge', nth: 1, ...over };
    const plain = { purpose: 'help', channel: 'email', state: 'waiting', reason: 'quiet-hours' } as const;
    await it.database.db
      .insert(deliveries)
      .values({ ...plain, verdicts: [], heldUntil, at: it.clock.now(), ...row });
    return row.id;
  };
  const { runId } = await addRun(it, customerId);
  const { runId: other } = await addRun(it, customerId, { key: 'other' });
  return Object.assign(it, { runId, other, hold });
}

describe('with a run ends what it held', () => {
  test('in the statement that closes it, and only that', async () => {
    await using it = await setup();
    const id = await it.hold(it.runId);
    const intended = await it.hold(it.runId, { nth: 2, state: 'intended', reason: null, arm: 'treated' });
    await it.hold(it.runId, { nth: 3, heldUntil: null, reason: 'behind' });
    await it.hold(it.other);
    it.pass('10 minutes');
    const at = it.clock.now();
    expect(await closeRun(it.database.sql, { runId: it.runId, outcome: 'lost', heard: 0, at })).toEqual({
      closed: true,
      outcome: 'lost',
    });
    const rows = await it.ledger();
    const cancelled = rows.filter(({ state }) => state === 'cancelled');
    expect(cancelled.map((row) => row.id).sort()).toEqual([id, intended].sort());
    const row = cancelled.find((one) => one.id === id)!;
    expect(row).toMatchObject({ reason: 'run-closed', heldUntil: null, at });
    expect(row.verdicts).toEqual([
      {
        at: at.toISOString(),
        channel: 'email',
        state: 'cancelled',
        reason: 'run-closed',
        words: 'cancelled: run-closed — the run ended as lost while the message was held',
      },
    ]);
    expect(rows.filter(({ state }) => state === 'waiting')).toHaveLength(2);
  });

  test('as expired, when the run may last no longer; also when it was found over in Temporal', async () => {
    await using it = await setup();
    await it.hold(it.runId);
    await it.hold(it.other);
    const at = it.clock.now();
    const found = [
      { runId: it.runId, outcome: 'expired' },
      { runId: it.other, outcome: 'terminated' },
    ];
    expect(await closeFoundRuns(it.database.sql, found, at)).toBe(2);
    const reasons = (await it.ledger()).map(({ state, reason }) => `${state} ${reason}`);
    expect(reasons.sort()).toEqual(['cancelled expired', 'cancelled run-closed']);
  });

  test('what is unknown stays so, and nobody is promised that it is sent once more', async () => {
    await using it = await setup();
    await it.hold(it.runId, { state: 'unknown', reason: null, arm: 'treated', purpose: 'transactional' });
    const at = it.clock.now();
    await closeRun(it.database.sql, { runId: it.runId, outcome: 'lost', heard: 0, at });
    const [row] = await it.ledger();
    expect(row).toMatchObject({ state: 'unknown', reason: null, heldUntil: null });
    expect(row!.verdicts.at(-1)).toMatchObject({
      state: 'unknown',
      words: 'unknown — the run ended as lost, and so it is not sent once more',
    });
  });
});
