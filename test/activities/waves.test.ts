import { expect, test } from 'vitest';
import { createWatchActivities } from '../../activities/watch.ts';
import { stock } from '../../src/define/watch.ts';
import { startWatching, testWatch } from '../support/watching.ts';

test('half a place a unit: one unit serves nobody yet, and is no end, for more of them wake nobody', async () => {
  await using it = await startWatching(testWatch({ wave: { perUnit: 0.5, every: '1 hour' } }));
  const line = await it.line(5);
  await it.shelf(1);
  expect(await it.wave()).toMatchObject({ units: 1, places: 0, used: 0, unitsLeft: 1, goesOn: true });
  it.pass('1 hour');
  await it.shelf(4);
  expect(await it.wave()).toMatchObject({ places: 2, used: 2 });
  expect(await it.told()).toEqual(line.slice(0, 2));
});

test('under the level that restocks rise above it stops, at the recount and between pages, until they do again', async () => {
  await using it = await startWatching(testWatch({ wakes: { restocked: stock.rises(3) } }));
  const line = await it.line(8);
  await it.shelf(3);
  expect(await it.wave()).toBeNull();
  await it.shelf(5);
  const serve = it.worker();
  const wave = await it.wave(async (page) => {
    await it.shelf(3);
    return serve(page);
  });
  expect(wave, 'sold before its first page').toMatchObject({ places: 5, used: 0, unitsLeft: 0 });
  await it.shelf(5);
  it.pass('1 hour');
  expect(await it.wave()).toMatchObject({ used: 5, goesOn: true });
  await it.shelf(2);
  it.pass('1 hour');
  expect(await it.wave(), 'at the recount').toBeNull();
  await it.shelf(4);
  it.pass('1 hour');
  expect(await it.wave()).toMatchObject({ used: 3 });
  expect(await it.told()).toEqual(line);
});

test('who was decided on and not called is counted against the shelf anew: the longest waiting go first, the others keep their places', async () => {
  await using it = await startWatching();
  const line = await it.line(5);
  await it.shelf(5);
  it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: 'away' });
  const serve = it.worker();
  await expect(it.wave(serve)).rejects.toThrow();
  await it.shelf(2);
  it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'taken' });
  await serve(it.page());
  expect(await it.told()).toEqual(line.slice(0, 2));
  const others = (await it.ledger()).filter(({ customerId }) => line.indexOf(customerId) >= 2);
  expect(others.map(({ state, reason, arm }) => [state, reason, arm])).toEqual(
    Array.from({ length: 3 }, () => ['withheld', 'irrelevant', 'treated']),
  );
  expect(others[0]!.verdicts.at(-1)!.words).toBe(
    'withheld: irrelevant — meanwhile too little of it is left: they keep their place in line',
  );
  it.pass('1 hour');
  await it.shelf(3);
  await it.database.sql`update waves set ended_at = ${it.clock.now()}`;
  expect(await it.wave()).toMatchObject({ used: 3 });
  expect(await it.told()).toEqual(line);
});

test('places that a wave had left when it ended serve nobody: the next counts the shelf', async () => {
  await using it = await startWatching();
  const told = await it.line(2);
  await it.shelf(10);
  expect(await it.wave()).toMatchObject({ places: 10, used: 2, goesOn: false });
  await it.line(20);
  await it.shelf(3);
  // Asked by a workflow that was started anew, or by an attempt that was given up and goes on all the same.
  expect(await it.worker()(it.page())).toEqual({ next: null, lookAgain: false });
  expect(await it.told()).toEqual(told);
  const { database, clock, runId } = it;
  const waves = createWatchActivities({ database, clock, watches: [testWatch()] });
  const asked = { runId, wave: 1, message: 'back' };
  expect(await waves.endWave(asked), 'as it came to then').toMatchObject({ goesOn: false, unitsLeft: 10 });
  expect(await waves.beginWave(asked)).toMatchObject({ kind: 'begun', wave: 2 });
  await it.worker()(it.page({ wave: 2 }));
  expect(await it.told()).toHaveLength(2 + 3);
});

test('any number who are reached nowhere cost no more than a look at each, however few the places', async () => {
  await using it = await startWatching();
  await it.line(2_500, (n) => (n % 2 === 0 ? { email: null } : { consents: [] }));
  it.pass('1 hour');
  const [text, mail] = await it.line(2, (n) =>
    n === 0 ? { email: null, phone: '+14155550123', consents: ['sms'] } : {},
  );
  it.pass('1 hour');
  await it.line(1);
  await it.shelf(2);
  const serve = it.worker();
  let pages = 0;
  const wave = await it.wave((page) => ((pages += 1), serve(page)));
  expect(wave).toMatchObject({ places: 2, used: 2, withheld: 2_500, goesOn: true });
  expect(await it.told()).toEqual([text, mail]);
  expect(pages).toBeLessThan(6);
  const withheld = (await it.ledger()).filter(({ state }) => state === 'withheld');
  const said = new Set(withheld.map(({ reason, channel }) => `${reason} ${channel}`));
  expect([...said].sort()).toEqual(['no-consent email', 'unreachable email']);
  expect(withheld[0]!.verdicts.map(({ channel }) => channel)).toEqual(['email', 'sms']);
});

test('who could not be served in the restock before is looked at again before this one is over', async () => {
  await using it = await startWatching();
  const [first, second] = await it.line(2, () => ({ consents: [] }));
  const consent = (id: string) => it.database.sql`
    insert into consents (id, customer_id, channel, state, source, at)
    values (gen_random_uuid(), ${id}, 'email', 'granted', 'test', ${it.clock.now()})`;
  await it.shelf(1);
  expect(await it.wave()).toMatchObject({ used: 0, withheld: 2, goesOn: false });
  it.pass('1 day');
  await consent(first!);
  await consent(second!);
  expect(await it.wave()).toMatchObject({ used: 1, goesOn: true });
  it.pass('1 hour');
  expect(await it.wave()).toMatchObject({ used: 1, goesOn: false });
  expect(await it.told()).toEqual([first, second]);
});

test('with nobody in line a run is closed, unless it is owed what it has not heard', async () => {
  await using it = await startWatching();
  const { database, clock, runId, watch } = it;
  const waves = createWatchActivities({ database, clock, watches: [watch] });
  const newestVersion: typeof waves.newestVersion = (asked) => waves.newestVersion(asked);
  const end = { outcome: 'served', heard: 0 };
  await it.line(1);
  expect(await newestVersion({ runId, end }), 'somebody waits').toBe('backAgain');
  await database.sql`update waiting_entries set state = 'consumed'`;
  await database.sql`update runs set last_seq = 1`;
  expect(await newestVersion({ runId, end }), 'it has not heard everything').toBe('backAgain');
  expect(await newestVersion({ runId }), 'its code has more to do').toBe('backAgain');
  expect(await newestVersion({ runId, end: { ...end, heard: 1 } })).toEqual({ closed: 'served' });
  expect(await database.sql`select state, outcome from runs`).toEqual([
    { state: 'closed', outcome: 'served' },
  ]);
  await database.sql`update waiting_entries set state = 'waiting'`;
  expect(await newestVersion({ runId, end }), 'asked again, and somebody waits anew').toEqual({
    closed: 'served',
  });
});

test('a run goes on as the newest version that the worker knows, never as an older one', async () => {
  await using it = await startWatching();
  const { database, clock, runId } = it;
  const name = 'backAgain';
  const [first, second] = [
    testWatch({ name }),
    testWatch({ name, version: 2, workflowType: 'backAgain_v2' }),
  ];
  const newest = (watches: (typeof first)[]) =>
    createWatchActivities({ database, clock, watches }).newestVersion({ runId });
  expect(await newest([first])).toBe('backAgain');
  expect(await newest([first, second])).toBe('backAgain_v2');
  expect(await database.sql`select version from runs where id = ${runId}`).toEqual([{ version: 2 }]);
  await expect(newest([first])).rejects.toThrow(/version 2 of backAgain/);
});
