import { expect, test } from 'vitest';
import { closeRun } from '../../src/db/queries/close-run.ts';
import { heldOpen } from '../support/held-open.ts';
import { addCustomer, addRun, startSending } from '../support/sending.ts';
import { waitingForLock } from '../support/waiting-for-lock.ts';

/** Six in the afternoon in London is ten in the morning in San Francisco. */
const phone = '+14155550123';
const eight = Date.parse('2026-03-03T16:00:00Z');

async function shop(settings: object = {}) {
  const it = await startSending();
  await it.database.sql`
    insert into settings (scope, value, at)
    values ('shop', ${it.database.sql.json(settings as never)}, ${it.clock.now()})`;
  const customerId = await addCustomer(it, { phone, consents: { email: 'granted', sms: 'granted' } });
  const { runId, ask } = await addRun(it, customerId);
  return Object.assign(it, { runId, ask });
}

test('a text message at night is held until the morning there, and gated again then', async () => {
  await using it = await shop();
  it.pass('12 hours');
  const held = await it.send(it.ask({ channel: 'sms' }));
  expect(held).toMatchObject({ state: 'waiting', reason: 'quiet-hours', until: eight, there: '08:00' });
  const [row] = await it.ledger();
  expect(row).toMatchObject({ state: 'waiting', heldUntil: new Date(eight) });
  expect(row!.verdicts[0]!.words).toContain('waiting: quiet-hours');
  // Asked again by a run that was started anew: the same answer, and nothing is written twice.
  expect(await it.send(it.ask({ channel: 'sms' }))).toEqual(held);
  expect((await it.ledger())[0]!.verdicts).toHaveLength(1);
  expect(it.channels.sms.sent).toEqual([]);
  it.pass('10 hours');
  expect((await it.send(it.ask({ channel: 'sms' }))).state).toBe('accepted');
  expect(it.channels.sms.sent).toHaveLength(1);
});

test('who refuses during the night gets nothing in the morning', async () => {
  await using it = await shop();
  it.pass('12 hours');
  await it.send(it.ask({ channel: 'sms' }));
  await it.database.sql`update consents set state = 'denied'`;
  it.pass('10 hours');
  expect(await it.send(it.ask({ channel: 'sms' }))).toMatchObject({
    state: 'withheld',
    reason: 'no-consent',
  });
  expect(it.channels.sms.sent).toEqual([]);
});

test('nothing that was cancelled with its run goes, though the gate had looked before', async () => {
  await using it = await shop();
  it.pass('12 hours');
  const ask = it.ask({ channel: 'sms' });
  await it.send(ask);
  it.pass('10 hours');
  const [{ opened, open }, { opened: isClosed, open: closed }] = [heldOpen(), heldOpen()];
  const { sql } = it.database;
  const closing = sql.begin(async (tx) => {
    await closeRun(tx as never, { runId: it.runId, outcome: 'lost', heard: 9, at: it.clock.now() });
    closed();
    await opened;
  });
  await isClosed;
  const sent = it.send(ask);
  await waitingForLock(sql);
  open();
  await closing;
  await expect(sent).rejects.toMatchObject({ type: 'moved' });
  expect(await it.send(ask)).toMatchObject({ state: 'cancelled', reason: 'run-closed' });
  expect(it.channels.sms.sent).toEqual([]);
});

test('those of one morning go one after the other', async () => {
  await using it = await shop();
  it.pass('12 hours');
  const untils: (number | null)[] = [];
  for (let n = 0; n < 3; n += 1) {
    const customerId = await addCustomer(it, { phone, consents: { sms: 'granted' } });
    const { ask } = await addRun(it, customerId);
    untils.push((await it.send(ask({ channel: 'sms' }))).until);
  }
  expect(untils).toEqual([eight, eight + 10, eight + 20]);
});

test('e-mail has no hours unless the shop sets some', async () => {
  await using it = await shop();
  it.pass('12 hours');
  expect((await it.send(it.ask({ channel: 'email' }))).state).toBe('accepted');
});

test('e-mail has the hours that the shop sets', async () => {
  await using it = await shop({ quietHours: { email: [{ from: '21:00', to: '09:00' }] } });
  it.pass('12 hours');
  const answer = await it.send(it.ask({ channel: 'email' }));
  expect(answer).toMatchObject({ state: 'waiting', reason: 'quiet-hours', until: eight + 3_600_000 });
});
