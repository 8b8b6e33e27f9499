import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimSegment, computeSegment } from '../../src/db/queries/compute-segments.ts';
import { saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { segmentStates } from '../../src/db/queries/segment-states.ts';
import { upsertProducts } from '../../src/db/queries/upsert-products.ts';
import { event } from '../../src/define/event.ts';
import { did, interestedIn, not, trait } from '../../src/define/predicate.ts';
import { entering, segment } from '../../src/define/segment.ts';
import { shopScope } from '../../src/domain/setting-scopes.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { takeOverFoundSegments } from '../../src/routing/recompute-segments.ts';
import type { TestDatabase } from '../support/database.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { keepingSegments } from '../support/keeping-segments.ts';
import type { GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';

const looked = event('Looked');
/** Two releases: what it takes to be a viewer is another matter in the second. */
const twice = segment('viewers', did(looked).atLeast(2));
const once = segment('viewers', did(looked));
const strangers = segment('strangers', not(did(looked)));
const journeys = [testJourney('hello', { starts: entering(once) })];

const anEmptyDatabase = emptiedDatabase();
let database: TestDatabase;
beforeEach(async () => {
  database = await anEmptyDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

const looks = (...who: string[]): GivenEvent[] => who.map((userId) => ({ name: 'Looked', userId }));
const others = (...who: string[]): GivenEvent[] => who.map((userId) => ({ name: 'Other', userId }));
const first = () => keepingSegments(database, { segments: [twice], journeys });
const second = () => keepingSegments(database, { segments: [once], journeys });
const runs = () => database.sql`select state from runs`;
const stop = new AbortController().signal;

/** The claim and the look at everybody, without what comes after it. */
async function find(it: ReturnType<typeof second>): Promise<void> {
  const { name, where, definition } = it.context.segments.segments[0]!;
  const at = it.clock.now();
  const generation = await database.sql.begin((tx) => claimSegment(tx, { name, definition, at }));
  await computeSegment(database.sql, { name, where, generation, now: at }, stop);
}

const takeOver = (it: ReturnType<typeof second>) => takeDueTurn(it.context, [takeOverFoundSegments]);

describe('a changed definition', () => {
  test('finds its members in the background; nobody enters and nothing starts', async () => {
    await first().acceptAndRoute(...looks('ada', 'bob', 'bob'), ...others('cyd'));
    const it = second();
    const before = await it.derived();
    await it.recompute();
    expect(await it.members()).toEqual(['ada viewers', 'bob viewers']);
    expect(await it.derived()).toEqual(before);
    expect(await runs()).toHaveLength(1);
    const [state] = await segmentStates(database.sql);
    expect(state).toMatchObject({ done: 2, total: 2, nextDefinition: null, computedAt: it.clock.now() });
    expect(await database.sql`select 1 from memberships where generation <> 2`).toHaveLength(0);
    expect(await database.sql`select 1 from computed_memberships`).toHaveLength(0);
  });

  test('those of before count until the new ones are all there', async () => {
    await first().acceptAndRoute(...looks('ada', 'bob', 'bob'));
    const it = second();
    await find(it);
    expect(await it.members()).toEqual(['bob viewers']);
    expect((await segmentStates(database.sql))[0]).toMatchObject({ done: 0, total: 2, generation: 1 });
    await takeOver(it);
    expect(await it.members()).toEqual(['ada viewers', 'bob viewers']);
  });

  test('an event meanwhile still lets enter who was not in it, and nobody who was', async () => {
    await first().acceptAndRoute(...looks('ada'), ...others('cyd', 'dee'));
    const it = second();
    await find(it);
    await it.acceptAndRoute(...looks('ada', 'cyd', 'new'));
    expect(await it.derived()).toEqual(['cyd entered viewers', 'new entered viewers']);
    await takeOver(it);
    await it.acceptAndRoute(...looks('dee', 'ada', 'cyd'));
    expect(await it.derived()).toEqual([
      ...['cyd entered viewers', 'new entered viewers'],
      'dee entered viewers',
    ]);
    expect(await it.members()).toEqual(['ada viewers', 'cyd viewers', 'dee viewers', 'new viewers']);
  });

  test('what was found before an event does not undo it', async () => {
    const it = keepingSegments(database, { segments: [strangers] });
    await it.acceptAndRoute(...others('ada', 'bob'));
    await find(it);
    await it.acceptAndRoute(...looks('ada'));
    await takeOver(it);
    expect(await it.members()).toEqual(['bob strangers']);
    it.moveTo('2026-05-01T14:00:00.000Z');
    await it.lookAtDue();
    expect(await database.sql`select 1 from memberships where not is_member`).toHaveLength(0);
  });

  test('is begun anew by the next process when one died in the midst of it', async () => {
    await first().acceptAndRoute(...looks('ada', 'bob', 'bob'));
    const dying = second();
    const { name, definition } = dying.context.segments.segments[0]!;
    const at = dying.clock.now();
    await database.sql.begin((tx) => claimSegment(tx, { name, definition, at }));
    await dying.acceptAndRoute(...looks('cyd'));
    await database.sql`
      insert into computed_memberships (segment, generation, customer_id, is_member)
      select 'viewers', 2, id, true from customers`;
    const it = second();
    await it.recompute();
    expect(await it.members()).toEqual(['ada viewers', 'bob viewers', 'cyd viewers']);
    expect((await it.derived()).filter((line) => line.startsWith('cyd'))).toEqual(['cyd entered viewers']);
  });

  test('who was joined to another meanwhile, or forgotten, is not taken over', async () => {
    await first().acceptAndRoute(...looks('ada', 'bob'), { name: 'Looked', anonymousId: 'visitor' });
    const it = second();
    await find(it);
    await it.acceptAndRoute(
      { kind: 'identify', userId: 'ada', anonymousId: 'visitor' },
      { kind: 'erasure', userId: 'bob', admin: true },
    );
    await takeOver(it);
    expect(await it.members()).toEqual(['ada viewers']);
    expect(await database.sql`select 1 from memberships`).toHaveLength(1);
  });
});

describe('what a segment follows from beside its definition', () => {
  const product = {
    ...{ sku: 'S-1', productId: 'p-1', title: 'A spade', priceMinor: 900, currency: 'USD', url: null },
    ...{ imageUrl: null, substitutes: [], rating: null, reviews: [] },
  };
  const put = (category: string, priceMinor = 900) =>
    database.sql.begin((tx) =>
      upsertProducts(tx, [{ ...product, category, priceMinor }], new Date('2026-05-01T12:00:00.000Z')),
    );
  const gardeners = segment('gardeners', interestedIn({ category: 'Garden' }));
  const generations = async () => (await segmentStates(database.sql)).map(({ generation }) => generation);

  test('another category changes it in the background for who does nothing, and starts nothing', async () => {
    const it = keepingSegments(database, {
      segments: [gardeners, strangers],
      personas: { segments: [gardeners], otherwise: 'rest' },
      journeys: [testJourney('spring', { starts: entering(gardeners) })],
    });
    await put('Kitchen');
    await it.recompute();
    const views = { name: 'Product Viewed', userId: 'ada' };
    await it.acceptAndRoute({ ...views, properties: { sku: 'S-1' } }, ...others('bob'));
    const [before, ofAll] = [await it.derived(), await generations()];
    await put('Garden');
    await it.recompute();
    expect(await it.members()).toEqual(['ada gardeners', 'ada strangers', 'bob strangers']);
    expect(await it.derived()).toEqual(before);
    expect(await runs()).toEqual([]);
    expect(await database.sql`select persona from customers order by persona`).toEqual([
      { persona: 'gardeners' },
      { persona: null },
    ]);
    // Only what asks the catalogue, and only for what it asks.
    const after = await generations();
    expect(after.filter((generation, place) => generation !== ofAll[place])).toHaveLength(2);
    await put('Garden', 1_200);
    await it.recompute();
    expect(await generations()).toEqual(after);
    await put('Kitchen');
    await it.recompute();
    expect(await it.members()).toEqual(['ada strangers', 'bob strangers']);
    expect(await it.derived()).toEqual(before);
  });

  test("another zone of the shop's changes what has days, for who has no zone of their own", async () => {
    const celebrating = segment('celebrating', trait('birthday').hasAnniversaryWithinDays(0));
    const it = keepingSegments(database, { segments: [celebrating, strangers] });
    await it.recompute();
    const born = (userId: string, traits = {}) => ({
      ...{ kind: 'identify' as const, userId, traits: { birthday: '1990-05-02', ...traits } },
    });
    await it.acceptAndRoute(born('ada'), born('bob', { timezone: 'America/New_York' }));
    const [before, ofAll] = [await it.derived(), await generations()];
    const value = { timezone: 'Pacific/Kiritimati' };
    await saveShopSettings(database.sql, { scope: shopScope, value, at: it.clock.now() });
    await it.recompute();
    expect(await it.members()).toEqual(['ada celebrating', 'ada strangers', 'bob strangers']);
    expect(await it.derived()).toEqual(before);
    const after = await generations();
    expect(after.filter((generation, place) => generation !== ofAll[place])).toHaveLength(1);
  });
});

describe('routers of two releases at once', () => {
  test('the older leaves the newer definition alone, and has it look at whom its own events concern', async () => {
    const older = first();
    await older.acceptAndRoute(...looks('ada'), ...others('bob'));
    const newer = second();
    await newer.recompute();
    const before = await newer.derived();
    await older.acceptAndRoute(...looks('ada', 'bob'));
    expect(await newer.derived()).toEqual(before);
    await older.lookAtDue();
    expect(await newer.derived()).toEqual(before);
    await newer.lookAtDue();
    expect(await newer.derived()).toEqual([...before, 'bob entered viewers']);
    expect(await newer.members()).toEqual(['ada viewers', 'bob viewers']);
  });

  test('what the older does while the newer computes is looked at when it is through', async () => {
    const older = first();
    await older.acceptAndRoute(...looks('ada'), ...others('bob'));
    const newer = second();
    await find(newer);
    await older.acceptAndRoute(...looks('bob'));
    await newer.lookAtDue();
    await takeOver(newer);
    expect(await newer.members()).toEqual(['ada viewers']);
    await newer.lookAtDue();
    expect(await newer.members()).toEqual(['ada viewers', 'bob viewers']);
  });

  test('the older leaves to the newer what is asked of a segment that both know', async () => {
    const older = first();
    await older.acceptAndRoute(...looks('ada'), ...others('bob'));
    const newer = second();
    await find(newer);
    await older.acceptAndRoute(...looks('bob'));
    await older.lookAtDue();
    await takeOver(newer);
    await newer.lookAtDue();
    expect(await newer.members()).toEqual(['ada viewers', 'bob viewers']);
  });

  test('the older tells whom its events concern also of a segment that it does not know', async () => {
    const older = keepingSegments(database, { segments: [strangers] });
    await older.acceptAndRoute(...looks('ada'), ...others('bob'));
    const newer = keepingSegments(database, { segments: [strangers, once] });
    await newer.recompute();
    await older.acceptAndRoute(...looks('bob'));
    await newer.lookAtDue();
    expect(await newer.members()).toEqual(['ada viewers', 'bob viewers']);
  });

  test('a segment that was gone for a while is computed anew when it comes back', async () => {
    const both = { segments: [strangers, once] };
    await keepingSegments(database, both).acceptAndRoute(...looks('ada'));
    const without = keepingSegments(database, { segments: [strangers] });
    await without.recompute();
    await without.acceptAndRoute(...looks('bob'));
    expect(await database.sql`select 1 from memberships where segment = 'viewers'`).toEqual([]);
    const back = keepingSegments(database, both, '2026-07-01T12:00:00.000Z');
    await back.recompute();
    expect(await back.members()).toEqual(['ada viewers', 'bob viewers']);
  });
});

test('of a segment that is removed while it is computed nothing stays, nor counts when it comes back', async () => {
  await first().acceptAndRoute(...looks('ada', 'bob'));
  const it = second();
  await find(it);
  await it.acceptAndRoute(...looks('cyd'));
  const without = keepingSegments(database, { segments: [strangers] });
  await without.recompute();
  for (const table of ['memberships', 'computed_memberships'])
    expect(await database.sql`select 1 from ${database.sql(table)} where segment = 'viewers'`).toEqual([]);
  const [, viewers] = await segmentStates(database.sql);
  expect(viewers).toMatchObject({ name: 'viewers', definition: '', nextDefinition: null });
  await second().recompute();
  expect(await it.members()).toEqual(['ada viewers', 'bob viewers', 'cyd viewers']);
});

describe('personas', () => {
  test('a changed list gives everybody exactly one, without an event', async () => {
    const personas = (...segments: (typeof strangers | typeof once)[]) => ({ segments, otherwise: 'rest' });
    const it = keepingSegments(database, { segments: [], personas: personas(strangers) });
    await it.acceptAndRoute(...looks('ada'), ...others('bob'));
    const before = await it.derived();
    const other = keepingSegments(database, { segments: [], personas: personas(once, strangers) });
    await other.recompute();
    expect(
      await database.sql`
      select external_id as who, persona from customers c join customer_ids i on i.customer_id = c.id order by 1`,
    ).toEqual([
      { who: 'ada', persona: 'viewers' },
      { who: 'bob', persona: 'strangers' },
    ]);
    expect(await other.derived()).toEqual(before);
    await other.acceptAndRoute(...looks('bob'));
    expect((await other.derived()).slice(before.length)).toEqual([
      ...['bob left strangers', 'bob entered viewers', 'bob became viewers'],
    ]);
  });
});
