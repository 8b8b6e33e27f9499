import { describe, expect, test } from 'vitest';
import { openRunsToCheck } from '../../src/db/queries/open-runs-to-check.ts';
import { owedDispatches } from '../../src/db/queries/owed-dispatches.ts';
import { event } from '../../src/define/event.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { expireHeldRunsDue } from '../../src/routing/held-runs-due.ts';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';

const database = emptiedDatabase();

const noon = '2026-05-01T12:00:00.000Z';
const oneOClock = '2026-05-01T13:00:00.000Z';
const nextNoon = '2026-05-02T12:00:00.000Z';

/** Hears every addition after the one that starts it. */
const heedful = testJourney('heedful', {
  per: 'cart_id',
  hears: { added: event('Product Added') },
  ends: { ordered: event('Order Completed') },
  again: 'never',
});

async function setup(journeys: JourneyDefinition[] = [heedful]) {
  const opened = await database();
  const { sql } = opened;
  const routing = routingOver(sql, journeys, noon);
  return {
    ...routing,
    sql,
    runs: () => sql`
      select r.key, r.n, r.state, r.outcome, r.held_until as held from runs r order by r.opened_at, r.id`,
    /** What Temporal is owed, in order: of which key, as which, and what. */
    async owed() {
      const owed = await owedDispatches(sql, 100);
      return owed.map(({ kind, seq, run }) => `${run.key} ${seq} ${kind}`);
    },
    takeDueTurn: () => takeDueTurn(routing.context, [expireHeldRunsDue]),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

const added = (ids: Partial<GivenEvent>, cart = 'c1'): GivenEvent => ({
  name: 'Product Added',
  properties: { cart_id: cart, product_id: 'p1' },
  ...ids,
});
const ordered = (ids: Partial<GivenEvent>): GivenEvent => ({
  name: 'Order Completed',
  properties: { order_id: 'o1' },
  ...ids,
});
const a1 = { anonymousId: 'a1' };
const joins: GivenEvent = { kind: 'identify', userId: 'u1', anonymousId: 'a1' };
const held = { key: 'c1', n: 1, state: 'open', outcome: null, held: new Date(nextNoon) };
const begun = { ...held, held: null };
const expired = { ...held, state: 'closed', outcome: 'expired' };

describe('a visitor whom nobody could reach', () => {
  test('has a run that keeps its place, hears and counts activity; nothing of it is owed to Temporal', async () => {
    await using it = await setup([heedful, abandonedCart]);
    expect(await it.acceptAndRoute(added(a1))).toMatchObject({ dispatches: 0 });
    it.moveTo(oneOClock);
    expect(await it.acceptAndRoute(added(a1))).toMatchObject({ dispatches: 0 });
    expect(await it.runs()).toEqual([held, held]);
    expect(await it.owed()).toEqual([]);
    const rows = await it.sql`select last_activity_at as at, last_seq from runs order by name`;
    expect(rows).toEqual([
      { at: new Date(oneOClock), last_seq: 0 },
      { at: new Date(oneOClock), last_seq: 1 },
    ]);
    expect(await openRunsToCheck(it.sql, null, 10)).toEqual([]);
  });

  test.for<[string, GivenEvent]>([
    ['is joined to a user', { name: 'x', userId: 'u1', ...a1 }],
    ['identifies without an address', joins],
    ['is given to a user by an alias', { kind: 'alias', userId: 'u1', previousId: 'a1' }],
    ['leaves an e-mail address', { kind: 'identify', ...a1, traits: { email: 'a@example.test' } }],
    ['leaves a phone number', { name: 'x', ...a1, context: { traits: { phone: '+4915112345678' } } }],
    [
      'subscribes to push',
      {
        kind: 'identify',
        source: 'kairos:push',
        ...a1,
        context: {
          pushSubscription: { endpoint: 'https://push.example/1', keys: { p256dh: 'x', auth: 'y' } },
        },
      },
    ],
    ['becomes one with a known user', { kind: 'identify', userId: 'known', anonymousId: 'a1' }],
  ])('%s: the run begins, is told what it heard, and waits from its first event', async ([, reaches]) => {
    await using it = await setup([{ ...heedful, firstWait: async ({ first }) => first.at + 30 * 60_000 }]);
    await it.acceptAndRoute({ name: 'x', userId: 'known' }, added(a1), added(a1));
    const [before] = await it.sql`select workflow_id from runs`;
    it.moveTo(oneOClock);
    await it.acceptAndRoute(reaches);
    expect(await it.runs()).toEqual([begun]);
    expect(await it.owed()).toEqual(['c1 0 start', 'c1 1 event']);
    const [start] = await owedDispatches(it.sql, 1);
    // Over by now: the dispatcher starts it without a delay.
    expect(start!.run).toMatchObject({
      workflowId: before!['workflow_id'] as string,
      openedAt: new Date(noon),
      wakesAt: new Date('2026-05-01T12:30:00.000Z'),
    });
    await it.acceptAndRoute(added(a1));
    expect(await it.owed()).toEqual(['c1 0 start', 'c1 1 event', 'c1 2 event']);
  });

  test.for<[string, GivenEvent]>([
    ['something that is no e-mail address', { kind: 'identify', ...a1, traits: { email: 'none' } }],
    ['a phone number without its country', { kind: 'identify', ...a1, traits: { phone: '0151 123' } }],
    ['an import', { ...joins, imported: true }],
  ])('%s lets nothing begin', async ([, given]) => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    expect(await it.acceptAndRoute(given)).toMatchObject({ dispatches: 0 });
    expect(await it.runs()).toEqual([held]);
    expect(await it.owed()).toEqual([]);
  });

  test('who came within reach by an import: the next event of theirs lets the run begin, and is heard', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    await it.acceptAndRoute({ ...joins, imported: true });
    expect(await it.acceptAndRoute(added({ userId: 'u1' }))).toMatchObject({ dispatches: 2 });
    expect(await it.owed()).toEqual(['c1 0 start', 'c1 1 event']);
  });

  test('a start that comes with the address, or in one batch before it, is not held at all', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      added(a1),
      joins,
      added({ anonymousId: 'a2', context: { traits: { email: 'b@example.test' } } }, 'c2'),
    );
    expect(await it.owed()).toEqual(['c1 0 start', 'c2 0 start']);
  });
});

describe('a run that is held', () => {
  test('expires when nobody came, and then counts for nothing: the next start begins', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1), added(a1));
    it.moveTo('2026-05-02T11:59:59.999Z');
    expect(await it.takeDueTurn()).toMatchObject({ errors: [], isMore: false });
    expect(await it.runs()).toEqual([held]);
    it.moveTo(nextNoon);
    expect(await it.takeDueTurn()).toMatchObject({ errors: [], isMore: false });
    expect(await it.runs()).toEqual([expired]);
    // `again` is 'never'.
    await it.acceptAndRoute(joins, added({ userId: 'u1' }));
    expect(await it.runs()).toEqual([expired, { ...begun, n: 2 }]);
    expect(await it.owed()).toEqual(['c1 0 start']);
  });

  test('is not released after its time, though nobody has closed it yet; a start then begins anew', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1), added({ anonymousId: 'a2' }, 'c2'));
    it.moveTo(nextNoon);
    await it.acceptAndRoute(joins, added({ anonymousId: 'a2' }, 'c2'));
    expect(await it.runs()).toEqual([
      expired,
      { ...expired, key: 'c2' },
      { ...held, key: 'c2', n: 2, held: new Date('2026-05-03T12:00:00.000Z') },
    ]);
    expect(await it.owed()).toEqual([]);
  });

  test('is kept for what came in time and waits for a router, however long', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    it.moveTo(oneOClock);
    await it.accept(joins);
    it.moveTo('2026-05-04T12:00:00.000Z');
    await it.takeDueTurn();
    await it.route();
    expect(await it.runs()).toEqual([begun]);
    expect(await it.owed()).toEqual(['c1 0 start']);
  });

  test('ends by an ending, tells nobody, and begins for nobody afterwards', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    expect(await it.acceptAndRoute(ordered(a1))).toMatchObject({ dispatches: 0 });
    const ended = { ...held, state: 'closed', outcome: 'ordered' };
    expect(await it.runs()).toEqual([ended]);
    await it.acceptAndRoute(joins);
    expect(await it.runs()).toEqual([ended]);
    expect(await it.owed()).toEqual([]);
    // It has had its end, so that `again` counts it.
    await it.acceptAndRoute(added({ userId: 'u1' }));
    expect(await it.runs()).toEqual([ended]);
  });

  test.for([
    ['an ending, then the join', [ordered(a1), joins]],
    ['the join, then an ending', [joins, ordered({ userId: 'u1' })]],
  ] as const)('%s in one batch: it has ended', async ([, events]) => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    await it.acceptAndRoute(...events);
    expect(await it.runs()).toMatchObject([{ state: 'closed', outcome: 'ordered' }]);
    // Closed before it was ever started: the dispatcher passes its start over.
    const states = (await owedDispatches(it.sql, 10)).map(({ run }) => run.state);
    expect(new Set(states)).toEqual(new Set(['closed']));
  });
});

describe('a merge with held runs', () => {
  test('of the visitor and a user who runs the same: the older goes on, be it held', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1), added(a1));
    it.moveTo(oneOClock);
    await it.acceptAndRoute(added({ userId: 'u1' }));
    await it.acceptAndRoute(joins);
    expect(await it.runs()).toEqual([begun, { ...begun, state: 'closed', outcome: 'merged' }]);
    expect(await it.owed()).toEqual(['c1 0 start', 'c1 1 event', 'c1 0 start', 'c1 1 end']);
  });

  test('the younger ends untold, and what it heard is owed to the one that goes on', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ userId: 'u1' }));
    it.moveTo(oneOClock);
    await it.acceptAndRoute(added(a1), added(a1));
    await it.acceptAndRoute(joins);
    expect(await it.runs()).toMatchObject([
      { state: 'open', held: null },
      { state: 'closed', outcome: 'merged' },
    ]);
    expect(await it.owed()).toEqual(['c1 0 start', 'c1 1 event']);
  });

  test('on both sides, over three devices in one batch: one of them goes on', async () => {
    await using it = await setup();
    for (const anonymousId of ['a1', 'a2', 'a3']) await it.acceptAndRoute(added({ anonymousId }));
    const joined = ['a3', 'a1', 'a2'].map((anonymousId): GivenEvent => ({ ...joins, anonymousId }));
    await it.acceptAndRoute(...joined);
    expect((await it.runs()).map(({ state, outcome }) => [state, outcome])).toEqual([
      ['open', null],
      ['closed', 'merged'],
      ['closed', 'merged'],
    ]);
    expect(await it.owed()).toEqual(['c1 0 start']);
  });

  test('an order of the user after it began ends it, untold', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    it.moveTo(oneOClock);
    await it.acceptAndRoute(ordered({ userId: 'u1' }));
    await it.acceptAndRoute(joins);
    expect(await it.runs()).toMatchObject([{ state: 'closed', outcome: 'ordered' }]);
    expect(await it.owed()).toEqual([]);
  });

  test('by an import: a run that goes on is not given up for one that is held', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(a1));
    it.moveTo(oneOClock);
    await it.acceptAndRoute(added({ userId: 'u1' }));
    await it.acceptAndRoute({ ...joins, imported: true });
    expect(await it.runs()).toMatchObject([{ outcome: 'merged' }, { state: 'open', held: null }]);
    expect(await it.owed()).toEqual(['c1 0 start']);
  });
});
