import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { event } from '../../src/define/event.ts';
import { all, did, lastDid, not, ordered, trait } from '../../src/define/predicate.ts';
import { personaBecomes, personaChanges } from '../../src/define/personas.ts';
import { entering, leaving, segment } from '../../src/define/segment.ts';
import { silentLog } from '../../src/log.ts';
import { runRouter } from '../../src/routing/router.ts';
import { lookAtDueMemberships } from '../../src/routing/segments-due.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import type { TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { keepingSegments, type Kept } from '../support/keeping-segments.ts';
import type { GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';

const looked = event('Looked');
const viewers = segment('viewers', did(looked).atLeast(2));
const buyers = segment('buyers', ordered());
const idlers = segment('idlers', not(ordered()));
const active = segment('active', did(looked).within('30 days'));
const lapsed = segment('lapsed', lastDid(looked).longerAgoThan('30 days'));
const germans = segment('germans', trait('country').is('DE'));

const anEmptyDatabase = emptiedDatabase();
let database: TestDatabase;
beforeEach(async () => {
  database = await anEmptyDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

const keeping = (kept: Kept) => keepingSegments(database, kept);
const looks = (userId = 'ada', over: Partial<GivenEvent> = {}): GivenEvent => ({
  name: 'Looked',
  userId,
  ...over,
});
const orders = (userId = 'ada', order = 'o1'): GivenEvent => ({
  name: 'Order Completed',
  userId,
  properties: { order_id: order, total: 5 },
});
const cancels = (userId = 'ada', order = 'o1'): GivenEvent => ({
  name: 'Order Cancelled',
  userId,
  properties: { order_id: order },
});
const lives = (country: string | null, userId = 'ada'): GivenEvent => ({
  kind: 'identify',
  userId,
  traits: { country },
});

interface Case {
  name: string;
  kept: Kept;
  events: GivenEvent[];
  derived: string[];
  members: string[];
}

const cases: Case[] = [
  {
    name: 'the event that makes it true lets them enter, once',
    kept: { segments: [viewers] },
    events: [looks(), looks('bob'), looks(), looks()],
    derived: ['ada entered viewers'],
    members: ['ada viewers'],
  },
  {
    name: 'entering and leaving within a batch is seen event by event',
    kept: { segments: [buyers] },
    events: [orders(), cancels(), orders('ada', 'o2'), cancels('ada', 'o2')],
    derived: ['ada entered buyers', 'ada left buyers', 'ada entered buyers', 'ada left buyers'],
    members: [],
  },
  {
    name: 'a trait of each moment counts, not only the last of the batch',
    kept: { segments: [germans] },
    events: [lives('DE'), lives('FR'), lives('DE'), lives(null)],
    derived: ['ada entered germans', 'ada left germans', 'ada entered germans', 'ada left germans'],
    members: [],
  },
  {
    name: 'whoever has done nothing enters what says so with their first event, whatever it is',
    kept: { segments: [idlers, buyers] },
    events: [
      { name: 'Anything', userId: 'ada' },
      { name: 'Anything', userId: 'ada' },
    ],
    derived: ['ada entered idlers'],
    members: ['ada idlers'],
  },
  {
    name: 'of one event they leave first, and enter in the order of the segments',
    kept: { segments: [buyers, idlers, segment('spenders', ordered().atLeast(1))] },
    events: [{ name: 'Anything', userId: 'ada' }, orders()],
    derived: ['ada entered idlers', 'ada left idlers', 'ada entered buyers', 'ada entered spenders'],
    members: ['ada buyers', 'ada spenders'],
  },
  {
    name: 'an import counts and lets nobody enter; what comes after it does',
    kept: { segments: [viewers, buyers] },
    events: [looks('ada', { imported: true }), looks('ada', { imported: true }), orders()],
    derived: ['ada entered buyers'],
    members: ['ada buyers', 'ada viewers'],
  },
  {
    name: 'the first of the personas whose segment they are in is theirs',
    kept: {
      segments: [viewers],
      personas: { segments: [buyers, viewers], otherwise: 'stranger' },
    },
    events: [looks(), looks(), orders(), cancels()],
    derived: [
      'ada entered viewers',
      'ada became viewers',
      'ada entered buyers',
      'ada became buyers',
      'ada left buyers',
      'ada became viewers',
    ],
    members: ['ada viewers'],
  },
  {
    name: 'what comes from outside under the name of a derived event is nothing',
    kept: { segments: [viewers] },
    events: [{ name: 'Segment Entered', userId: 'ada', properties: { segment: 'viewers' } }],
    derived: [],
    members: [],
  },
];

describe('segments', () => {
  test.each(cases)('$name', async ({ kept, events, derived, members }) => {
    const it = keeping(kept);
    await it.acceptAndRoute(...events);
    expect(await it.derived()).toEqual(derived);
    expect(await it.members()).toEqual(members);
  });

  test('the timeline of a customer shows when they entered, and because of what', async () => {
    const it = keeping({ segments: [viewers] });
    await it.acceptAndRoute(looks('ada', { at: '2026-05-01T10:00:00.000Z' }));
    await it.acceptAndRoute(looks('ada', { at: '2026-05-01T11:00:00.000Z' }));
    const [entered] = await database.sql<{ cause: string }[]>`
      select e.name, e.body, e.occurred_at, c.properties, c.occurred_at as fact_at,
             (select id from events where name = 'Looked' order by seq desc limit 1) as cause
      from customer_events c join events e on e.seq = c.seq where e.source = 'kairos'`;
    expect(entered).toMatchObject({
      name: 'Segment Entered',
      properties: { segment: 'viewers' },
      body: {
        properties: { segment: 'viewers' },
        context: { causedBy: { id: entered!.cause, name: 'Looked' } },
      },
      occurred_at: new Date('2026-05-01T11:00:00.000Z'),
      fact_at: new Date('2026-05-01T11:00:00.000Z'),
    });
    expect(await database.sql`select 1 from unrouted`).toHaveLength(0);
  });

  test('an event that came late lets nobody leave before they entered', async () => {
    const it = keeping({ segments: [germans] });
    await it.acceptAndRoute(lives('DE'));
    await it.acceptAndRoute({ ...lives(null), at: '2026-05-01T12:00:00.000Z' });
    await it.acceptAndRoute({
      ...{ kind: 'identify', userId: 'ada', at: '2026-05-01T09:00:00.000Z' },
      traits: { stated: { country: 'DE' } },
    });
    const rows = await database.sql<{ at: Date }[]>`
      select occurred_at as at from events where source = 'kairos' order by seq`;
    expect(rows.map(({ at }) => at.toISOString())).toEqual(Array(3).fill('2026-05-01T12:00:00.000Z'));
  });

  test('an order that turns out to be another customer’s is no more that of the first', async () => {
    const it = keeping({ segments: [buyers] });
    await it.acceptAndRoute(orders('ada'));
    await it.acceptAndRoute(orders('bob'));
    await it.lookAtDue();
    expect(await it.members()).toEqual(['bob buyers']);
    expect(await it.derived()).toEqual(['ada entered buyers', 'bob entered buyers', 'ada left buyers']);
  });

  test('who becomes one with another neither enters nor leaves, and is in what both together are in', async () => {
    const it = keeping({
      segments: [viewers, idlers, buyers],
      personas: { segments: [buyers], otherwise: 'other' },
    });
    await it.acceptAndRoute(looks('ada'), { name: 'Looked', anonymousId: 'visitor' });
    await it.acceptAndRoute({ ...orders(), userId: 'ada' });
    const before = await it.derived();
    await it.acceptAndRoute({ kind: 'identify', userId: 'ada', anonymousId: 'visitor' });
    expect(await it.derived()).toHaveLength(before.length);
    expect(await it.members()).toEqual(['ada buyers', 'ada viewers']);
    expect(await database.sql`select persona from customers where merged_into is null`).toEqual([
      { persona: 'buyers' },
    ]);
  });
});

describe('by time alone', () => {
  test('members leave and others enter when it is time, without an event of their own', async () => {
    const it = keeping({ segments: [active, lapsed], personas: { segments: [lapsed], otherwise: 'fine' } });
    await it.acceptAndRoute(looks('ada'), looks('bob'));
    it.moveTo('2026-05-20T12:00:00.000Z');
    await it.acceptAndRoute(looks('bob'));
    it.moveTo('2026-05-31T11:59:59.000Z');
    await it.lookAtDue();
    expect(await it.derived()).toEqual(['ada entered active', 'bob entered active']);
    it.moveTo('2026-05-31T12:00:00.000Z');
    await it.lookAtDue();
    expect(await it.derived()).toEqual([
      ...['ada entered active', 'bob entered active'],
      ...['ada left active', 'ada entered lapsed', 'ada became lapsed'],
    ]);
    expect(await it.members()).toEqual(['ada lapsed', 'bob active']);
  });

  test('only whose time has come are looked at', async () => {
    const it = keeping({ segments: [active] });
    await it.acceptAndRoute(...Array.from({ length: 5 }, (_, i) => looks(`u${i}`)));
    it.moveTo('2026-05-10T12:00:00.000Z');
    await it.acceptAndRoute(...Array.from({ length: 15 }, (_, i) => looks(`v${i}`)));
    it.moveTo('2026-06-01T12:00:00.000Z');
    const due = await database.sql`
      select count(*)::int as due from memberships where next_at <= ${it.clock.now()}`;
    expect(due).toEqual([{ due: 5 }]);
    expect(await it.lookAtDue()).toMatchObject({ errors: [] });
    expect((await it.derived()).filter((line) => line.includes('left'))).toHaveLength(5);
    expect(await database.sql`select 1 from memberships where next_at <= ${it.clock.now()}`).toHaveLength(0);
  });

  test('what only confirmed that they are in it is found when they were to leave', async () => {
    const it = keeping({ segments: [active, lapsed] });
    await it.acceptAndRoute(looks('ada'));
    it.moveTo('2026-05-10T12:00:00.000Z');
    await it.acceptAndRoute(looks('ada'));
    const nextAt = await database.sql`select segment, next_at from memberships order by segment`;
    // Nobody asked: it is as the first event left it.
    const told = new Date('2026-05-31T12:00:00.000Z');
    expect(nextAt).toEqual([
      { segment: 'active', next_at: told },
      { segment: 'lapsed', next_at: told },
    ]);
    it.moveTo('2026-06-01T12:00:00.000Z');
    await it.lookAtDue();
    expect(await it.derived()).toEqual(['ada entered active']);
    it.moveTo('2026-06-09T12:00:00.000Z');
    await it.lookAtDue();
    expect(await it.derived()).toEqual(['ada entered active', 'ada left active', 'ada entered lapsed']);
  });

  test('after a standstill nobody leaves whom an event that waits keeps in', async () => {
    const busy = segment('busy', did(looked).atLeast(2).within('10 days'));
    const it = keepingSegments(database, { segments: [busy] }, '2026-05-01T12:00:00.000Z');
    await it.acceptAndRoute(looks());
    it.moveTo('2026-05-02T12:00:00.000Z');
    await it.acceptAndRoute(looks());
    const entered = ['ada entered busy'];
    expect(await it.derived()).toEqual(entered);
    // Each of these came in time, one before the first and one before the second of the looks was too old.
    it.moveTo('2026-05-11T11:00:00.000Z');
    await it.accept(looks());
    it.moveTo('2026-05-12T11:00:00.000Z');
    await it.accept(looks());
    it.moveTo('2026-05-13T12:00:00.000Z');
    await it.lookAtDue();
    await it.route();
    await it.lookAtDue();
    expect(await it.derived()).toEqual(entered);
    expect(await it.members()).toEqual(['ada busy']);
  });

  test('time does not overtake an event that was accepted before', async () => {
    const it = keeping({ segments: [active] });
    await it.acceptAndRoute(looks());
    it.moveTo('2026-05-30T12:00:00.000Z');
    await it.accept(looks());
    it.moveTo('2026-06-01T12:00:00.000Z');
    await it.lookAtDue();
    await it.route();
    await it.lookAtDue();
    expect(await it.derived()).toEqual(['ada entered active']);
  });

  test('what somebody else asked to look at again is looked at', async () => {
    const it = keeping({ segments: [germans, idlers] });
    await it.acceptAndRoute(lives('FR'));
    await database.sql`update customers set traits = '{"country":{"value":"DE","origin":"stated","at":"2026-05-01T12:00:00Z"}}'`;
    await database.sql`
      insert into segment_looks (segment, customer_id, at) select '', id, ${it.clock.now()} from customers`;
    await it.lookAtDue();
    expect(await it.derived()).toEqual(['ada entered idlers', 'ada entered germans']);
    expect(await database.sql`select 1 from segment_looks`).toHaveLength(0);
  });
});

describe('journeys', () => {
  const runs = () => database.sql`select name, state, outcome from runs order by name, n`;

  test('start on entering and end on leaving, also by time', async () => {
    const journey = testJourney('welcome', { starts: entering(active), ends: { lapsed: leaving(active) } });
    const it = keeping({ segments: [active], journeys: [journey] });
    await it.acceptAndRoute(looks());
    expect(await runs()).toEqual([{ name: 'welcome', state: 'open', outcome: null }]);
    it.moveTo('2026-06-01T12:00:00.000Z');
    expect(await it.lookAtDue()).toMatchObject({ dispatches: 1 });
    expect(await runs()).toEqual([{ name: 'welcome', state: 'closed', outcome: 'lapsed' }]);
  });

  test('hear of entering another segment, under the name by which they wait for it', async () => {
    const journey = testJourney('watchful', { starts: looked, hears: { bought: entering(buyers) } });
    const it = keeping({ segments: [buyers], journeys: [journey] });
    await it.acceptAndRoute(looks());
    await it.acceptAndRoute(orders());
    expect(await database.sql`select kind, event_name from dispatches order by seq`).toEqual([
      { kind: 'start', event_name: 'Looked' },
      { kind: 'event', event_name: 'Segment Entered: buyers' },
    ]);
  });

  test('entering and leaving take effect between the events of the batch that cause them', async () => {
    const journey = testJourney('short', { starts: entering(buyers), ends: { gone: leaving(buyers) } });
    const it = keeping({ segments: [buyers], journeys: [journey] });
    await it.acceptAndRoute(orders(), cancels(), orders('ada', 'o2'));
    expect(await runs()).toEqual([
      { name: 'short', state: 'closed', outcome: 'gone' },
      { name: 'short', state: 'open', outcome: null },
    ]);
  });

  test('start on any change of persona, or on becoming one', async () => {
    const it = keeping({
      segments: [],
      personas: { segments: [buyers, viewers], otherwise: 'stranger' },
      journeys: [
        testJourney('any', { starts: personaChanges }),
        testJourney('one', { starts: personaBecomes('buyers' as never) }),
      ],
    });
    await it.acceptAndRoute(looks(), looks());
    expect((await runs()).map((run) => run['name'] as string)).toEqual(['any']);
    await it.acceptAndRoute(orders());
    expect((await runs()).map((run) => run['name'] as string)).toEqual(['any', 'one']);
  });

  test('an order placed before a late look made them enter has ended what would start', async () => {
    const both = segment('both', all(did(looked), ordered()));
    const it = keeping({
      segments: [both],
      journeys: [
        testJourney('late', { starts: entering(both), ends: { ordered: event('Order Completed') } }),
      ],
    });
    await it.acceptAndRoute(orders());
    await it.acceptAndRoute(looks('ada', { at: '2026-05-01T11:00:00.000Z' }));
    expect(await runs()).toEqual([]);
  });
});

describe('whatever goes wrong on the way', () => {
  test('with two routers and a poison event in the midst, each changes once', async () => {
    const it = keeping({ segments: [buyers, viewers] });
    const people = Array.from({ length: 12 }, (_, i) => `u${i}`);
    await it.accept(...people.slice(0, 6).flatMap((who) => [looks(who), looks(who), orders(who, who)]));
    const [bad] = await it.accept(looks('bad'));
    await database.sql`update events set occurred_at = 'infinity' where seq = ${bad!}`;
    await it.accept(...people.slice(6).flatMap((who) => [looks(who), looks(who), orders(who, who)]));
    const stop = new AbortController();
    const running = [1, 2].map(() =>
      runRouter(
        {
          ...{ context: it.context, wakeup: new Wakeup(), works: [lookAtDueMemberships] },
          ...{ onDispatches: () => {}, log: silentLog },
        },
        stop.signal,
      ),
    );
    await eventually('every event is routed', async () => {
      return (await database.sql`select 1 from unrouted`).length === 0;
    });
    stop.abort();
    await Promise.all(running);
    expect((await it.derived()).sort()).toEqual(
      people.flatMap((who) => [`${who} entered buyers`, `${who} entered viewers`]).sort(),
    );
    expect(await it.members()).toHaveLength(24);
  });

  test('a batch that fails at its end leaves no trace of what it derived', async () => {
    const it = keeping({
      segments: [buyers],
      journeys: [testJourney('thanks', { starts: entering(buyers) })],
    });
    await it.acceptAndRoute(looks());
    await database.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
      create trigger refuse before insert on dispatches for each row execute function refuse()`);
    await it.accept(orders());
    await expect(it.route()).rejects.toThrow();
    expect([await it.derived(), await it.members()]).toEqual([[], []]);
    await database.sql.unsafe('drop trigger refuse on dispatches; drop function refuse');
    await it.route();
    expect(await it.derived()).toEqual(['ada entered buyers']);
    expect(await database.sql`select 1 from dispatches`).toHaveLength(1);
  });
});
