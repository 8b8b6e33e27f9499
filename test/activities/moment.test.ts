import { expect, test } from 'vitest';
import { closeWatchRun } from '../../src/db/queries/close-watch-run.ts';
import { oweStartAgain } from '../../src/db/queries/owe-again.ts';
import { newId } from '../../src/ids.ts';
import { momentNote } from '../../src/messages/moment-note.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import type { GivenEvent } from '../support/routing.ts';
import { startWorld } from '../support/world.ts';

const moment = { ...watchDefinitions().find(({ name }) => name === 'moment')!, holdout: 0 };

const occurred = (topic: string, data: object = {}, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ kind: 'universal', name: 'moment.occurred', source: '/newsroom', subject: topic },
  properties: { title: `News of ${topic}`, categories: [], regions: [], ...data },
  ...over,
});

const viewed = (userId: string, properties: object, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ name: 'Product Viewed', userId, properties: { ...properties } },
  ...over,
});

test('those are told whom it concerns: by what they said, else by what they did; the others never', async () => {
  await using world = await startWorld(moment, momentNote);
  await world.people(
    { userId: 'says-topic', traits: { 'stated.interests': ['tennis'] } },
    { userId: 'looked' },
    { userId: 'looked-long-ago' },
    { userId: 'says-other' },
    { userId: 'nobody' },
  );
  await world.sql`
    update customers set traits = traits || jsonb_build_object('interests', jsonb_build_object(
      'value', case when traits -> 'email' ->> 'value' like 'says-topic%' then '["tennis"]'::jsonb else '["chess"]' end,
      'origin', 'stated', 'at', '2026-04-01T00:00:00Z'))
    where traits -> 'email' ->> 'value' like 'says-%'`;
  await world.happens(
    viewed('looked', { sku: 'racket', category: 'rackets' }),
    viewed('looked-long-ago', { sku: 'racket', category: 'rackets' }, { at: '2025-11-01T12:00:00Z' }),
    viewed('says-other', { sku: 'racket', category: 'rackets' }),
  );
  await world.happens(occurred('tennis', { categories: ['rackets'] }));
  expect(await world.gather('tennis')).toBe(2);
  expect(await world.gather('tennis'), 'asked again').toBe(2);
  await world.wave('tennis');
  expect((await world.told()).toSorted()).toEqual(['looked', 'says-topic']);
  expect(world.said[0]).toMatchObject({ event: { title: 'News of tennis', topic: 'tennis' } });
});

test('of a moment that names regions only those who live there; who was here last comes first', async () => {
  await using world = await startWorld(
    { ...moment, wave: { customers: 1, every: '10 minutes' } },
    momentNote,
  );
  const here = { region: 'bremen' };
  await world.people(
    { userId: 'early', traits: here },
    { userId: 'late', traits: here },
    { userId: 'elsewhere' },
  );
  await world.happens(
    viewed('early', { category: 'boots' }, { at: '2026-05-01T09:00:00Z' }),
    viewed('late', { category: 'boots' }, { at: '2026-05-01T11:00:00Z' }),
    viewed('elsewhere', { category: 'boots' }),
  );
  await world.happens(occurred('floods', { categories: ['boots'], regions: ['bremen', 'kiel'] }));
  expect(await world.gather('floods')).toBe(2);
  expect(await world.wave('floods')).toMatchObject({ units: null, places: 1, used: 1, goesOn: true });
  expect(await world.told()).toEqual(['late']);
  world.moveTo('2026-05-01T12:11:00Z');
  expect(await world.wave('floods')).toMatchObject({ used: 1, goesOn: false });
  expect(await world.told()).toEqual(['late', 'early']);
});

test('what is news no longer is told to nobody else, and wakes nobody when it comes late', async () => {
  await using world = await startWorld({ ...moment, wave: { customers: 1, every: '3 days' } }, momentNote);
  await world.people({ userId: 'ada' }, { userId: 'grace' });
  await world.happens(
    viewed('ada', { category: 'tea' }, { at: '2026-05-01T10:00:00Z' }),
    viewed('grace', { category: 'tea' }, { at: '2026-05-01T11:00:00Z' }),
  );
  await world.happens(occurred('harvest', { categories: ['tea'] }));
  expect(await world.gather('harvest')).toBe(2);
  expect(await world.wave('harvest')).toMatchObject({ used: 1 });
  world.moveTo('2026-05-04T12:00:00Z');
  expect(await world.wave('harvest'), 'it was news for two days').toBeNull();
  expect((await world.entries()).toSorted()).toEqual(['ada closed over', 'grace consumed']);
  await world.happens(occurred('frost', { categories: ['tea'] }, { at: '2026-05-01T12:00:00Z' }));
  expect(await world.runOf('frost')).toBeUndefined();
});

test('a second moment of the topic gathers everybody anew', async () => {
  await using world = await startWorld(moment, momentNote);
  await world.people({ userId: 'ada' }, { userId: 'grace' });
  await world.happens(viewed('ada', { category: 'tea' }));
  await world.happens(occurred('harvest', { categories: ['tea'] }));
  await world.gather('harvest');
  await world.wave('harvest');
  world.moveTo('2026-05-20T12:00:00Z');
  await world.happens(viewed('grace', { category: 'tea' }), occurred('harvest', { categories: ['tea'] }));
  expect(await world.gather('harvest')).toBe(2);
  await world.wave('harvest');
  expect(await world.told()).toEqual(['ada', 'grace', 'ada']);
});

test('who is still being told of one moment is not left out of a different one that came meanwhile', async () => {
  await using world = await startWorld(moment, momentNote);
  await world.people({ userId: 'ada' }, { userId: 'grace' });
  const tea = { categories: ['tea'] };
  await world.happens(viewed('ada', { category: 'tea' }), viewed('grace', { category: 'tea' }));
  await world.happens(occurred('harvest', tea));
  expect(await world.gather('harvest')).toBe(2);
  world.moveTo('2026-05-01T13:00:00Z');
  await world.happens(occurred('harvest', { ...tea, title: 'The second' }, { at: '2026-05-01T12:30:00Z' }));
  await world.wave('harvest');
  expect((await world.told()).toSorted()).toEqual(['ada', 'grace']);
  world.moveTo('2026-05-01T13:10:00Z');
  expect(await world.gather('harvest'), 'told after the second occurred, but of the first').toBe(2);
});

test('two of one topic in one batch are two: those of each region are told theirs', async () => {
  await using world = await startWorld(moment, momentNote);
  await world.people(
    { userId: 'ada', traits: { region: 'bremen' } },
    { userId: 'grace', traits: { region: 'kiel' } },
  );
  const inRegion = (region: string) =>
    occurred('harvest', { title: `News for ${region}`, categories: ['tea'], regions: [region] });
  await world.happens(viewed('ada', { category: 'tea' }), viewed('grace', { category: 'tea' }));
  await world.happens(inRegion('bremen'), inRegion('kiel'));
  expect((await world.runOf('harvest'))!.seq).toBe(1);
  for (const seq of [0, 1]) {
    expect(await world.gather('harvest', seq)).toBe(1);
    expect(await world.wave('harvest')).toMatchObject({ used: 1, goesOn: false });
  }
  expect((await world.told()).toSorted()).toEqual(['ada', 'grace']);
  expect(world.said.map(({ event }) => (event as { title: string }).title)).toEqual([
    ...['News for bremen', 'News for kiel'],
  ]);
});

test('who was erased, or became another, while they were gathered is not told, and the erased leave no entry', async () => {
  await using world = await startWorld(moment, momentNote);
  const users = ['ada', 'ada-too', 'grace'];
  await world.people(...users.map((userId) => ({ userId })));
  await world.happens(...users.map((userId) => viewed(userId, { category: 'tea' })));
  await world.happens(occurred('harvest', { categories: ['tea'] }));
  expect(await world.gather('harvest')).toBe(3);
  // As when the erasure and the merge were done beside the gathering, and saw no entry.
  const customer = (userId: string) => world.sql`
    (select customer_id from customer_ids where kind = 'user' and external_id = ${userId})`;
  await world.sql`
    update customers set merged_into = ${customer('ada')} where id = ${customer('ada-too')}`;
  await world.sql`update customers set erased_at = ${world.clock.now()} where id = ${customer('grace')}`;
  expect(await world.wave('harvest')).toMatchObject({ used: 1 });
  expect(await world.told()).toEqual(['ada']);
  world.moveTo('2026-05-03T13:00:00Z');
  expect(await world.wave('harvest')).toBeNull();
  expect((await world.entries()).toSorted()).toEqual(['ada consumed', 'ada-too closed merged']);
});

test('each moment that a run never heard, as it was over, is told to the next; one started anew is told those it has not gathered for', async () => {
  await using world = await startWorld(moment, momentNote);
  await world.people({ userId: 'ada' });
  for (const title of ['first', 'second', 'third']) await world.happens(occurred('tea', { title }));
  const { id: runId } = (await world.runOf('tea'))!;
  const [at, events] = [
    world.clock.now(),
    () => world.sql`select event_id from dispatches where done_at is null order by place`,
  ];
  const told = await events();
  await world.sql`update dispatches set done_at = ${at}`;
  await world.gather('tea', 1);
  expect(await oweStartAgain(world.sql, [runId])).toBe(1);
  const owed = await world.sql`select seq from dispatches where done_at is null order by seq`;
  expect(
    owed.map(({ seq }) => seq as number),
    'its start is always told',
  ).toEqual([0, 2]);
  await world.sql`update dispatches set done_at = ${at}, kind = 'event'`;
  const close = { runId, outcome: 'terminated', endedAt: at, at, newId: newId(world.clock) };
  const closed = await world.sql.begin((tx) => closeWatchRun(tx, close));
  expect(closed).toEqual({ closed: true, handedOn: true });
  expect(await events()).toEqual(told);
  expect((await world.runOf('tea'))!.seq).toBe(2);
});
