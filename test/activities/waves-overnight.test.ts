import { expect, test } from 'vitest';
import { createWatchActivities } from '../../activities/watch.ts';
import { saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { shopScope } from '../../src/domain/setting-scopes.ts';
import { startWatching, type Person, type Watching } from '../support/watching.ts';

const berliner = (): Person => ({ phone: '+4915112345678', consents: ['email'] });
const californian = (): Person => ({ phone: '+14155550123', consents: ['email'] });

/** Eight in the morning in Berlin. */
const morning = Date.parse('2026-03-03T07:00:00Z');

/** From six in the afternoon, UTC, to eleven at night in Berlin and two in the afternoon in California. */
async function atNight(): Promise<Watching> {
  const it = await startWatching();
  const value = { quietHours: { email: [{ from: '21:00', to: '08:00' }] } };
  await saveShopSettings(it.database.sql, { scope: shopScope, value, at: it.clock.now() });
  it.pass('4 hours');
  return it;
}

test('who sleeps is passed over and keeps their place; in the morning they are served wave after wave', async () => {
  await using it = await atNight();
  const asleep = await it.line(5, berliner);
  it.pass('1 hour');
  const awake = await it.line(3, californian);
  await it.shelf(2);
  const inAnHour = () => it.clock.now().getTime() + 3_600_000;
  expect(await it.wave()).toMatchObject({
    places: 2,
    used: 2,
    withheld: 5,
    goesOn: true,
    nextAt: inAnHour(),
  });
  expect(await it.told()).toEqual(awake.slice(0, 2));
  expect((await it.ledger()).filter(({ reason }) => reason === 'quiet-hours')).toHaveLength(5);
  // What comes to the shelf meanwhile is for whoever is awake; then it waits.
  it.pass('1 hour');
  await it.shelf(4);
  expect(await it.wave()).toMatchObject({ places: 4, used: 1, withheld: 5, goesOn: true, nextAt: morning });
  // Whoever asks before, because a run was started anew, finds the same.
  it.pass('1 hour');
  expect(await it.wave()).toMatchObject({ places: 4, used: 0, withheld: 5, goesOn: true, nextAt: morning });
  // Seven in the morning in Berlin, and then eight.
  it.pass('5 hours');
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 5, goesOn: true });
  it.pass('1 hour');
  await it.shelf(3);
  expect(await it.wave()).toMatchObject({ places: 3, used: 3, goesOn: true, nextAt: inAnHour() });
  expect((await it.told()).filter((id) => asleep.includes(id))).toEqual(asleep.slice(0, 3));
  it.pass('1 hour');
  expect(await it.wave()).toMatchObject({ used: 2, goesOn: false });
  expect((await it.told()).filter((id) => asleep.includes(id))).toEqual(asleep);
  const [first] = (await it.ledger()).filter(({ customerId }) => customerId === asleep[0]);
  // Said once, however many waves passed over them.
  expect(first!.verdicts.map(({ state, reason }) => reason ?? state)).toEqual([
    ...['quiet-hours', 'intended', 'accepted'],
  ]);
  expect(first!.heldUntil).toBeNull();
});

test('somebody beside them is looked at before: who is over a cap may have room, and who just came was not seen', async () => {
  await using it = await atNight();
  const [asleep, capped] = await it.line(2, (n) => (n === 0 ? berliner() : californian()));
  await it.database.sql`
    insert into contacts (event_id, customer_id, channel, at)
    values (gen_random_uuid(), ${capped!}, 'email', ${new Date(it.clock.now().getTime() - 23 * 3_600_000)})`;
  await it.shelf(2);
  const inAnHour = it.clock.now().getTime() + 3_600_000;
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 2, goesOn: true, nextAt: inAnHour });
  it.pass('2 hours');
  expect(await it.wave()).toMatchObject({ used: 1, withheld: 1, goesOn: true, nextAt: morning });
  expect(await it.told()).toEqual([capped]);
  // A wave that begins before its time, because its workflow was started anew, is the one before it.
  const { database, clock, runId, watch } = it;
  const waves = createWatchActivities({ database, clock, watches: [watch] });
  it.pass('2 hours');
  const asked = { runId, wave: 2, message: 'back' };
  expect(await waves.beginWave(asked)).toEqual({ kind: 'begun', wave: 2, nextAt: morning });
  it.pass('5 hours');
  expect(await it.wave()).toMatchObject({ used: 1, goesOn: false });
  expect(await it.told()).toEqual([asleep, capped]);
});

test('what is gone by the morning is offered to nobody; who waited waits on', async () => {
  await using it = await atNight();
  await it.line(3, berliner);
  await it.shelf(2);
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 3, goesOn: true });
  it.pass('9 hours');
  await it.shelf(0);
  expect(await it.wave()).toBeNull();
  expect(await it.told()).toEqual([]);
  expect((await it.ledger()).map(({ state, reason }) => `${state} ${reason}`)).toEqual(
    Array.from({ length: 3 }, () => 'withheld quiet-hours'),
  );
  it.pass('1 hour');
  await it.shelf(3);
  expect(await it.wave()).toMatchObject({ used: 3, goesOn: false });
});

test('whom a provider that was away until the night did not get keep their places, and the wave has them for others', async () => {
  await using it = await startWatching();
  const value = { quietHours: { email: [{ from: '21:00', to: '08:00' }] } };
  await saveShopSettings(it.database.sql, { scope: shopScope, value, at: it.clock.now() });
  const ids = await it.line(4, (n) => (n < 2 ? berliner() : californian()));
  await it.shelf(3);
  // Seven in the evening in Berlin: nothing is taken.
  it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: 'away' });
  const serve = it.worker();
  await expect(it.wave(serve)).rejects.toThrow();
  expect((await it.ledger()).map(({ state }) => state)).toEqual(['intended', 'intended', 'intended']);
  it.pass('4 hours');
  it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'taken' });
  await serve(it.page());
  await serve(it.page());
  expect(await it.told()).toEqual(ids.slice(2));
  const [wave] = await it.database.sql`select used, withheld from waves`;
  expect(wave).toEqual({ used: 2, withheld: 2 });
  const [first] = (await it.ledger()).filter(({ customerId }) => customerId === ids[0]);
  expect(first).toMatchObject({ state: 'withheld', reason: 'quiet-hours', arm: 'treated' });
  const waiting = await it.database
    .sql`select customer_id as id from waiting_entries where state = 'waiting'`;
  expect(waiting.map(({ id }) => id as string).sort()).toEqual(ids.slice(0, 2).sort());
  it.pass('9 hours');
  await it.shelf(2);
  await it.database.sql`update waves set ended_at = ${it.clock.now()}`;
  expect(await it.wave()).toMatchObject({ used: 2 });
  expect(await it.told()).toEqual(ids);
});

test('who has been written to enough is not looked at again before there may be room, and at least once a day', async () => {
  await using it = await startWatching();
  const ids = await it.line(2);
  const now = it.clock.now().getTime();
  const contacted = (customerId: string, hoursAgo: number) => it.database.sql`
    insert into contacts (event_id, customer_id, channel, at)
    values (gen_random_uuid(), ${customerId}, 'email', ${new Date(now - hoursAgo * 3_600_000)})`;
  await contacted(ids[0]!, 4);
  for (const hoursAgo of [1, 30, 60]) await contacted(ids[1]!, hoursAgo);
  await it.shelf(2);
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 2, goesOn: true, nextAt: now + 20 * 3_600_000 });
  it.pass('20 hours');
  const next = { used: 1, withheld: 1, goesOn: true, nextAt: now + 44 * 3_600_000 };
  expect(await it.wave(), 'three within a week: there is room in days').toMatchObject(next);
  expect(await it.told()).toEqual([ids[0]]);
});
