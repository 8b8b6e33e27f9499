import { describe, expect, test } from 'vitest';
import { owedDispatches } from '../../src/db/queries/owed-dispatches.ts';
import { openOnsiteStream } from '../../src/db/queries/onsite-streams.ts';
import { event } from '../../src/define/event.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { newId } from '../../src/ids.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { releaseRunsOnSite } from '../../src/routing/onsite-held-runs.ts';
import { endVisits } from '../../src/routing/onsite-visits.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';

const database = emptiedDatabase();
const greets = testJourney('greets', { per: 'cart_id', onsite: true });
const mails = testJourney('mails', { per: 'cart_id', hears: { added: event('Product Added') } });

async function setup() {
  const opened = await database();
  const { sql } = opened;
  const routing = routingOver(sql, [greets, mails]);
  const { clock } = routing;
  return {
    ...routing,
    sql,
    /** A page of theirs listens. */
    comes: (anonymousId = 'a1') =>
      openOnsiteStream(sql, {
        ...{ id: newId(clock), anonymousId, openedAt: clock.now() },
        thereUntil: new Date(clock.now().getTime() + bounds.onsiteThereMs),
      }),
    held: async () =>
      (await sql`select name from runs where held_until is not null order by name`).map((row) => row['name']),
    owed: async () => (await owedDispatches(sql, 100)).map(({ kind, run }) => `${run.key} ${kind}`),
    takeDueTurn: () => takeDueTurn(routing.context, [releaseRunsOnSite]),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

const added = (cart = 'c1', anonymousId = 'a1'): GivenEvent => ({
  ...{ name: 'Product Added', anonymousId },
  properties: { cart_id: cart },
});

describe('a visitor whom nobody knows, and a journey that sends to pages', () => {
  test('who is on one has a run that begins at once; the other journeys’ are held', async () => {
    await using it = await setup();
    await it.comes();
    expect(await it.acceptAndRoute(added())).toMatchObject({ dispatches: 1 });
    expect(await it.held()).toEqual(['mails']);
    expect(await it.owed()).toEqual(['c1 start']);
  });

  test('who comes later lets it begin then, once', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(), added('c2', 'a2'));
    expect(await it.takeDueTurn()).toMatchObject({ dispatches: 0, errors: [] });
    await it.comes();
    expect(await it.takeDueTurn()).toMatchObject({ dispatches: 1, errors: [] });
    expect(await it.owed()).toEqual(['c1 start']);
    expect(await it.held()).toEqual(['greets', 'mails', 'mails']);
    expect(await it.takeDueTurn()).toMatchObject({ dispatches: 0, errors: [] });
  });

  test('who has left again does not; nor does one who comes after its time', async () => {
    await using it = await setup();
    await it.comes();
    await it.takeDueTurn();
    it.moveTo('2026-05-01T12:01:00.000Z');
    await it.acceptAndRoute(added());
    expect(await it.held()).toEqual(['greets', 'mails']);
    it.moveTo('2026-05-03T12:00:00.000Z');
    await it.comes();
    expect(await it.takeDueTurn()).toMatchObject({ dispatches: 0 });
    expect(await it.owed()).toEqual([]);
  });
});

test('streams are forgotten when the visit is over, and not before', async () => {
  await using it = await setup();
  await it.comes();
  it.moveTo('2026-05-01T12:05:00.000Z');
  await endVisits(it.context);
  expect(await it.sql`select from onsite_streams`).toHaveLength(1);
  it.moveTo('2026-05-01T12:06:00.000Z');
  await endVisits(it.context);
  expect(await it.sql`select from onsite_streams`).toHaveLength(0);
});
