import { expect, test } from 'vitest';
import { saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { shopScope } from '../../src/domain/setting-scopes.ts';
import { startWatching, type Person, type Watching } from '../support/watching.ts';

const berliner = (): Person => ({ phone: '+4915112345678', consents: ['email'] });
const californian = (): Person => ({ phone: '+14155550123', consents: ['email'] });

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
  expect(await it.wave()).toMatchObject({ places: 2, used: 2, withheld: 5, goesOn: true });
  expect(await it.told()).toEqual(awake.slice(0, 2));
  expect((await it.ledger()).filter(({ reason }) => reason === 'quiet-hours')).toHaveLength(5);
  // What comes to the shelf meanwhile is for whoever is awake; then it waits.
  it.pass('1 hour');
  await it.shelf(4);
  expect(await it.wave()).toMatchObject({ places: 4, used: 1, withheld: 5, goesOn: true });
  it.pass('1 hour');
  expect(await it.wave()).toMatchObject({ places: 4, used: 0, withheld: 5, goesOn: true });
  // Seven in the morning in Berlin, and then eight.
  it.pass('5 hours');
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 5, goesOn: true });
  it.pass('1 hour');
  await it.shelf(3);
  expect(await it.wave()).toMatchObject({ places: 3, used: 3, goesOn: true });
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
