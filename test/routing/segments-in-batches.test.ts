import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { event } from '../../src/define/event.ts';
import { all, any, did, lastDid, not, ordered, trait } from '../../src/define/predicate.ts';
import { inSegment } from '../../src/define/predicate.ts';
import { segment } from '../../src/define/segment.ts';
import type { TestDatabase } from '../support/database.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { keepingSegments } from '../support/keeping-segments.ts';
import type { GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';
import { entering, leaving } from '../../src/define/segment.ts';

const looked = event('Looked');
const asked = event('Asked');
const viewers = segment('viewers', did(looked).atLeast(2));
const buyers = segment('buyers', ordered());
const segments = [
  viewers,
  buyers,
  segment('idlers', not(ordered())),
  segment('active', did(looked).within('2 hours')),
  segment('quiet', lastDid(looked).longerAgoThan('3 hours')),
  segment('germans', trait('country').is('DE')),
  segment('undecided', all(inSegment(viewers), not(ordered()), any(did(asked), trait('country').isKnown()))),
];
const kept = {
  segments,
  personas: { segments: [buyers, segments[6]!, viewers], otherwise: 'stranger' },
  journeys: [testJourney('buyer', { starts: entering(buyers), ends: { gone: leaving(buyers) } })],
};

const anEmptyDatabase = emptiedDatabase();
let database: TestDatabase;
beforeEach(async () => {
  database = await anEmptyDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const startMs = Date.parse('2026-05-01T00:00:00.000Z');

/** What some customers do within a day, in order but for what comes late; no two of them are joined. */
function randomEvents(random: () => number, count: number): GivenEvent[] {
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: count }, (_, place) => {
    const lateMs = random() < 0.15 ? random() * 7_200_000 : 0;
    const at = new Date(startMs + (place / count) * 86_400_000 - lateMs).toISOString();
    const userId = oneOf(['ada', 'bob', 'cyd', 'dee']);
    const order = { order_id: `${userId} ${Math.floor(random() * 3)}`, total: 5 };
    return oneOf<GivenEvent>([
      ...Array<GivenEvent>(3).fill({ name: 'Looked', userId, at }),
      { name: 'Asked', userId, at },
      { name: 'Order Completed', userId, at, properties: order },
      { name: 'Order Cancelled', userId, at, properties: order },
      { kind: 'identify', userId, at, traits: { country: oneOf(['DE', 'FR', null]) } },
      { name: 'Looked', userId, at, imported: random() < 0.3 },
    ]);
  });
}

interface Story {
  derived: Record<string, string[]>;
  members: string[];
  personas: readonly unknown[];
  runs: readonly unknown[];
}

/** Everything that becomes of the events when they are routed by so many at a time. */
async function story(events: readonly GivenEvent[], atOnce: number): Promise<Story> {
  const it = keepingSegments(database, kept, '2026-05-02T00:00:00.000Z');
  await it.accept(...events);
  for (let isMore = true; isMore;) {
    const outcome = await it.route(atOnce);
    isMore = outcome.kind === 'routed' && outcome.events > 0;
  }
  const derived: Record<string, string[]> = {};
  for (const line of await it.derived()) (derived[line.split(' ')[0]!] ??= []).push(line);
  const who = database.sql`(select external_id from customer_ids i where i.customer_id = c.id)`;
  return {
    derived,
    members: await it.members(),
    personas: await database.sql`select ${who} as who, persona from customers c order by 1`,
    runs: await database.sql`
      select ${who} as who, r.n, r.outcome, r.first ->> 'at' as at
      from runs r join customers c on c.id = r.customer_id order by 1, 2`,
  };
}

describe('however events fall into batches', () => {
  test.each([1, 2])('the same is derived of each customer, in the same order (seed %i)', async (seed) => {
    const events = randomEvents(numbersFrom(seed), 60);
    const stories: Story[] = [];
    for (const atOnce of [1, 7, 500]) {
      stories.push(await story(events, atOnce));
      await database[Symbol.asyncDispose]();
    }
    const [oneByOne, ...others] = stories;
    expect(Object.values(oneByOne!.derived).flat().length).toBeGreaterThan(15);
    for (const other of others) expect(other).toEqual(oneByOne);
  });

  test('memberships and personas are what a full computing finds', async () => {
    const events = randomEvents(numbersFrom(4), 100);
    const { members, personas } = await story(events, 20);
    const it = keepingSegments(database, kept, '2026-05-02T00:00:00.000Z');
    const before = await it.derived();
    await database.sql`truncate memberships, segments`;
    await database.sql`update customers set persona = 'wrong'`;
    await it.recompute();
    expect(await it.members()).toEqual(members);
    expect(
      await database.sql`
      select (select external_id from customer_ids i where i.customer_id = c.id) as who, persona
      from customers c order by 1`,
    ).toEqual(personas);
    expect(await it.derived()).toEqual(before);
  });
});
