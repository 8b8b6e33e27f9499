import { describe, expect, test } from 'vitest';
import { closeRun } from '../../src/db/queries/close-run.ts';
import { saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { message } from '../../src/define/message.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { shopScope } from '../../src/domain/setting-scopes.ts';
import { addCustomer, addRun, nudge, receipt, startSending, type Sending } from '../support/sending.ts';

/** Six o'clock in the afternoon in London when the test begins, on a Monday. */
const eightNextMorning = Date.parse('2026-03-03T08:00:00Z');
const trait = (value: string) => ({ value, origin: 'stated', at: '2026-01-01T00:00:00.000Z' });

const letter = message<object>({
  ...{ name: 'letter', purpose: 'help', channels: ['email'], expires: '3 hours' },
});
const evening = message<object>({
  ...{ name: 'evening', purpose: 'help', channels: ['email'] },
  bestTime: { from: '19:00', to: '21:00' },
});

/** Runs of customers in London, and what each asks when it sends. */
async function shop(count = 1) {
  const it = await startSending(undefined, { messages: [nudge, receipt, letter, evening] });
  const value = { quietHours: { email: [{ from: '21:00', to: '08:00' }] } } as const;
  await saveShopSettings(it.database.sql, { scope: shopScope, value, at: it.clock.now() });
  const people = [];
  for (let n = 0; n < count; n += 1) {
    const customerId = await addCustomer(it, { email: `p${n}@example.test` });
    await livesIn(it, 'Europe/London');
    people.push({ customerId, ...(await addRun(it, customerId)) });
  }
  return Object.assign(it, { people, ...people[0]! });
}

async function livesIn({ database }: Sending, zone: string): Promise<void> {
  await database.sql`
    update customers set traits = traits || ${database.sql.json({ timezone: trait(zone) })}`;
}

test('of twelve gates at one instant each holds its message for a turn of its own, in one morning', async () => {
  await using it = await shop(12);
  it.pass('4 hours');
  const answers = await Promise.all(it.people.map(({ ask }) => it.worker()(ask())));
  const turns = answers.map(({ until }) => until! - eightNextMorning).sort((a, b) => a - b);
  expect(turns).toEqual(it.people.map((_, n) => (n * 1_000) / bounds.releasedPerSecond));
});

describe('at night', () => {
  test('a message is held until the morning there, and goes then, once', async () => {
    await using it = await shop();
    it.pass('4 hours');
    const answer = await it.send(it.ask());
    expect(answer).toMatchObject({
      ...{ state: 'waiting', reason: 'quiet-hours', channel: 'email', arm: null },
      ...{ until: eightNextMorning, there: '08:00' },
    });
    const [row] = await it.ledger();
    expect(row).toMatchObject({
      id: answer.deliveryId,
      state: 'waiting',
      heldUntil: new Date(eightNextMorning),
    });
    expect(row!.verdicts.map(({ words }) => words)).toEqual([
      'waiting: quiet-hours — it is mon 22:00 in Europe/London (by the time zone): ' +
        "quiet from 21:00 to 08:00 by the shop's settings; open at 2026-03-03T08:00:00.000Z",
    ]);
    // A run that was started anew asks once more, another worker at that: it is told the same.
    it.pass('2 hours');
    expect(await it.worker()(it.ask())).toMatchObject({
      deliveryId: answer.deliveryId,
      until: eightNextMorning,
    });
    expect((await it.ledger())[0]!.verdicts).toHaveLength(1);
    expect(it.channels.email.sent).toEqual([]);
    it.pass('8 hours');
    const sent = await it.send(it.ask());
    expect(sent).toMatchObject({
      deliveryId: answer.deliveryId,
      state: 'accepted',
      until: null,
      at: eightNextMorning,
    });
    expect(await it.send(it.ask())).toEqual(sent);
    expect(it.channels.email.sent).toHaveLength(1);
    expect(await it.ledger()).toMatchObject([{ state: 'accepted', heldUntil: null }]);
  });

  test('it waits for the morning of wherever its customer has gone', async () => {
    await using it = await shop();
    it.pass('4 hours');
    await it.send(it.ask());
    it.pass('10 hours');
    await livesIn(it, 'America/New_York');
    expect(await it.send(it.ask())).toMatchObject({
      until: Date.parse('2026-03-03T13:00:00Z'),
      there: '08:00',
    });
    it.pass('5 hours');
    expect(await it.send(it.ask())).toMatchObject({ state: 'accepted' });
    expect((await it.ledger())[0]!.verdicts.map(({ state }) => state)).toEqual([
      ...['waiting', 'waiting', 'intended', 'accepted'],
    ]);
  });

  test('what is owed goes, and everything does once the shop takes the night back', async () => {
    await using it = await shop();
    it.pass('4 hours');
    expect(await it.send(it.ask({ message: 'receipt' }))).toMatchObject({ state: 'accepted' });
    const value = { quietHours: { email: [] } };
    await saveShopSettings(it.database.sql, { scope: shopScope, value, at: it.clock.now() });
    expect(await it.send(it.ask())).toMatchObject({ state: 'accepted' });
  });

  test('a message goes by the text it may go by, and never by the next channel because it is late on the first', async () => {
    await using it = await shop();
    await it.database.sql`
      update customers set traits = traits || ${it.database.sql.json({ phone: trait('+14155550123') })}`;
    await it.database.sql`
      insert into consents (id, customer_id, channel, state, source, at)
      values (gen_random_uuid(), ${it.customerId}, 'sms', 'granted', 'test', ${it.clock.now()})`;
    it.pass('2 hours');
    // Eight in the evening in London and noon in San Francisco: both clocks say yes.
    expect(await it.send(it.ask({ nth: 2, channel: 'sms' }))).toMatchObject({ state: 'accepted' });
    it.pass('2 days');
    it.pass('2 hours');
    expect(await it.send(it.ask({ nth: 3 }))).toMatchObject({ state: 'waiting', channel: 'email' });
  });
});

describe('what was decided on in the evening and not taken by its provider', () => {
  test('waits for the morning as well, stays decided, and is cancelled with its run', async () => {
    await using it = await shop(2);
    const [one, other] = it.people;
    it.pass('2 hours');
    it.channels.email.answer = () => ({ kind: 'not-accepted', detail: 'away', retryAfterMs: null });
    for (const { ask } of it.people) await expect(it.send(ask())).rejects.toThrow('did not take');
    it.pass('2 hours');
    const held = await it.send(one!.ask());
    expect(held).toMatchObject({ state: 'waiting', reason: 'quiet-hours', until: eightNextMorning });
    await it.send(other!.ask());
    expect(await it.ledger()).toMatchObject([
      { state: 'intended', arm: 'treated', heldUntil: new Date(eightNextMorning) },
      { state: 'intended', arm: 'treated', heldUntil: new Date(eightNextMorning + 10) },
    ]);
    const closing = { runId: other!.runId, outcome: 'ordered', heard: 0, at: it.clock.now() };
    await closeRun(it.database.sql, closing);
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'e-1' });
    it.pass('10 hours');
    expect(await it.worker()(one!.ask())).toMatchObject({ state: 'accepted', until: null });
    expect(await it.send(other!.ask())).toMatchObject({ state: 'cancelled', reason: 'run-closed' });
    expect((await it.ledger()).map(({ state, heldUntil }) => [state, heldUntil])).toEqual([
      ['accepted', null],
      ['cancelled', null],
    ]);
    expect(it.channels.email.sent).toHaveLength(3);
  });
});

describe('what a message wishes', () => {
  test('a time of its own: it is held until then', async () => {
    await using it = await shop();
    const ask = it.ask({ message: 'evening' });
    expect(await it.send(ask)).toMatchObject({ until: Date.parse('2026-03-02T19:00:00Z'), there: '19:00' });
    it.pass('1 hour');
    expect(await it.send(ask)).toMatchObject({ state: 'accepted' });
  });

  test('to be sent soon or not at all: held until the morning it would come too late', async () => {
    await using it = await shop();
    expect(await it.send(it.ask({ message: 'letter', nth: 1 }))).toMatchObject({ state: 'accepted' });
    it.pass('2 days');
    it.pass('4 hours');
    expect(await it.send(it.ask({ message: 'letter', nth: 2 }))).toMatchObject({
      ...{ state: 'withheld', reason: 'expired', until: null },
    });
    const late = (await it.ledger()).find(({ nth }) => nth === 2)!;
    expect(late.verdicts[0]!.words).toContain(
      'it is worth sending for 3 hours, and it is wed 22:00 in Europe/London',
    );
    it.pass('7 hours');
    const dawn = it.ask({ message: 'letter', nth: 3 });
    expect(await it.send(dawn)).toMatchObject({ state: 'waiting', there: '08:00' });
    // Nobody came back to it in time.
    it.pass('4 hours');
    expect(await it.send(dawn)).toMatchObject({ state: 'withheld', reason: 'expired' });
  });
});
