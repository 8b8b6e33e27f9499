import { describe, expect, test } from 'vitest';
import { dateIn, dateOf, firstTime, lastTime } from '../../src/define/date-start.ts';
import { event } from '../../src/define/event.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { journey } from '../../workflows/sdk/journey.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { reckonEverybody } from '../../src/routing/reckon-everybody.ts';
import type { RoutingContext } from '../../src/routing/route-batch.ts';
import { datesOver } from '../support/dates.ts';
import type { GivenEvent } from '../support/routing.ts';

const common = {
  lasts: '30 days',
  cap: { sends: 2, within: '7 days' },
  run: async (run: { wait(span: '20 days'): Promise<void> }) => (await run.wait('20 days'), 'done'),
} as const;

const birthday = journey({
  ...common,
  starts: dateOf('birthday', { yearly: true, offset: '-7 days', at: '09:00' }),
});
const leaseEnds = journey({
  ...common,
  starts: dateOf('lease_ends_on', { offset: '-7 days', at: '09:00' }),
  ends: { renewed: event('Lease Renewed') },
});
const missYou = journey({
  ...common,
  starts: dateOf(lastTime(orderCompleted), { offset: '365 days', at: '10:00' }),
});
const trialStarted = event<{ ends_at: string }>('Trial Started');
const trialEnds = journey({
  ...common,
  starts: dateOf(dateIn(trialStarted, 'ends_at'), { offset: '-3 days', at: '09:00' }),
});
const firstOrderDay = journey({
  ...common,
  starts: dateOf(firstTime(orderCompleted), { yearly: true, at: '08:00' }),
});

const identify = (traits: Record<string, unknown>, userId = 'u1'): GivenEvent => ({
  kind: 'identify',
  userId,
  traits,
});
const lease = (on: string | null) => identify({ lease_ends_on: on });

const moveShop = ({ sql, clock }: Awaited<ReturnType<typeof datesOver>>, timezone: string) =>
  sql`insert into settings (scope, value, at) values ('shop', ${sql.json({ timezone })}, ${clock.now()})`;

describe('a start on a date', () => {
  test('comes once for a date that does not come again, in the zone of the customer', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(identify({ lease_ends_on: '2026-06-30', timezone: 'America/New_York' }));
    expect(await it.starts()).toEqual(['2026-06-30 at 2026-06-23T13:00Z']);
    await it.passTo('2026-06-23T12:59:59Z');
    expect(await it.runs()).toEqual([]);
    await it.passTo('2026-06-23T13:00:10Z');
    expect(await it.runs()).toEqual(['2026-06-30 open']);
    expect(await it.starts()).toEqual(['2026-06-30 at never']);
    // The same date again is no other date.
    await it.happen(lease('2026-06-30'));
    await it.passTo('2027-06-23T14:00:00Z');
    expect(await it.runs()).toEqual(['2026-06-30 open']);
    const [started] = await it.sql`
      select e.name, e.source, e.body, e.occurred_at, d.event_name, r.workflow_id, r.first
      from events e join dispatches d on d.event_id = e.id join runs r on r.id = d.run_id`;
    expect(started).toMatchObject({
      ...{ name: 'Date Reached', source: 'kairos', event_name: 'Date Reached: leaseEnds' },
      body: { properties: { journey: 'leaseEnds', occasion: '2026-06-30' } },
      occurred_at: new Date('2026-06-23T13:00:00Z'),
      workflow_id: expect.stringMatching(/^leaseEnds\/[0-9a-f-]{36}\/2026-06-30\/1$/) as string,
      first: { at: Date.parse('2026-06-23T13:00:00Z'), device: null },
    });
  });

  test('comes every year for one that is yearly: of 29 February on the 28th in other years', async () => {
    await using it = await datesOver({ birthday }, '2026-12-01T12:00:00Z');
    await it.happen(identify({ birthday: '1992-02-29', timezone: 'Europe/Berlin' }));
    for (const at of ['2027-02-21T08:00:30Z', '2028-02-22T08:00:30Z']) {
      await it.passTo(at);
      await it.sql`update runs set state = 'closed', outcome = 'done', closed_at = ${at} where state = 'open'`;
    }
    expect(await it.runs()).toEqual(['2027-02-28 done', '2028-02-29 done']);
    expect(await it.starts()).toEqual(['2029-02-28 at 2029-02-21T08:00Z']);
  });

  test('takes the zone of the shop where the customer has none, or none that there is, and says so', async () => {
    await using it = await datesOver({ birthday });
    await moveShop(it, 'Asia/Tokyo');
    await it.happen(
      identify({ birthday: '05-20' }),
      identify({ birthday: '05-20', timezone: 'Mars/Olympus' }, 'u2'),
    );
    expect(await it.starts()).toEqual([
      '2026-05-20 at 2026-05-13T00:00Z',
      expect.stringMatching(/^2026-05-20 at 2026-05-13T00:00Z: timezone: .* got "Mars\/Olympus"/),
    ]);
  });

  test('does not come for what is no date: why is kept until there is one', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: 'in May' }));
    expect(await it.starts()).toEqual([
      expect.stringMatching(/^null at never: birthday: expected a date .*, got "in May"/),
    ]);
    await it.happen(identify({ birthday: '1990-05-20' }));
    expect(await it.starts()).toEqual(['2026-05-20 at 2026-05-13T09:00Z']);
    await it.happen(identify({ birthday: null }));
    expect(await it.starts()).toEqual([]);
  });

  test('counts from facts: the last time, the first time, a date that an event names', async () => {
    await using it = await datesOver({ missYou, trialEnds, firstOrderDay });
    const ordered: GivenEvent = { name: 'Order Completed', userId: 'u1', properties: { order_id: 'o1' } };
    await it.happen(ordered, {
      name: 'Trial Started',
      userId: 'u1',
      properties: { ends_at: '2026-05-31T18:00:00+02:00' },
    });
    expect(await it.starts()).toEqual([
      '2027-05-01 at 2027-05-01T08:00Z',
      '2026-05-01 at 2027-05-01T10:00Z',
      '2026-05-31 at 2026-05-28T09:00Z',
    ]);
    it.moveTo('2026-05-15T12:00:00Z');
    await it.happen({ ...ordered, properties: { order_id: 'o2' } });
    expect((await it.starts()).slice(0, 2)).toEqual([
      '2027-05-01 at 2027-05-01T08:00Z',
      '2026-05-15 at 2027-05-15T10:00Z',
    ]);
    await it.passTo('2026-05-28T09:00:01Z');
    expect(await it.runs()).toEqual(['2026-05-31 open']);
    expect(await it.sql`select name from runs`).toEqual([{ name: 'trialEnds' }]);
  });

  test('comes late within `fresh` when no router was up, and not at all after it', async () => {
    for (const [fresh, runs] of [
      ['3 days', ['2026-05-20 open']],
      ['1 day', []],
    ] as const) {
      await using it = await datesOver({ birthday: journeyWith({ fresh }) });
      await it.happen(identify({ birthday: '1990-05-20' }));
      await it.passTo('2026-05-15T09:00:00Z');
      expect(await it.runs()).toEqual(runs);
      expect(await it.starts()).toEqual(['2027-05-20 at 2027-05-13T09:00Z']);
      await it.happen(identify({ birthday: '1990-05-20' }), identify({ birthday: '1990-05-20T00:00:00Z' }));
      expect(await it.runs()).toEqual(runs);
    }
  });

  test('comes again as `again` says, over all occasions', async () => {
    await using it = await datesOver({ birthday: journeyWith({ again: 'after 300 days' }) });
    await it.happen(identify({ birthday: '1990-05-20' }));
    await it.passTo('2026-05-13T09:00:00Z');
    await it.sql`update runs set state = 'closed', outcome = 'done', closed_at = ${it.clock.now()}`;
    // Who moves their birthday from month to month gets no gift each month.
    await it.happen(identify({ birthday: '1990-06-20' }));
    await it.passTo('2026-06-13T09:00:00Z');
    expect(await it.runs()).toEqual(['2026-05-20 done']);
    expect(await it.starts()).toEqual(['2027-06-20 at 2027-06-13T09:00Z']);
  });
});

function journeyWith(over: { fresh?: '3 days' | '1 day'; again?: 'after 300 days' }) {
  return journey({
    ...common,
    starts: dateOf('birthday', { yearly: true, offset: '-7 days', at: '09:00' }),
    ...over,
  });
}

describe('a date that is moved', () => {
  test('while the run waits: it ends as `moved`, and the new date has a start of its own', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-05-05'));
    expect(await it.runs(), 'its start had passed, it lay ahead').toEqual(['2026-05-05 open']);
    await it.happen(lease('2026-07-31'));
    expect(await it.runs()).toEqual(['2026-05-05 moved']);
    expect(await it.starts()).toEqual(['2026-07-31 at 2026-07-24T09:00Z']);
    const ends = await it.sql`select seq, kind, event_name from dispatches order by place`;
    expect(ends.at(-1)).toEqual({ seq: 1, kind: 'end', event_name: 'Date Moved' });
    await it.passTo('2026-07-24T09:00:00Z');
    expect(await it.runs()).toEqual(['2026-05-05 moved', '2026-07-31 open']);
  });

  test('to one whose start has passed and that lies ahead: it starts at once, from now on', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-07-31'));
    await it.happen(lease('2026-05-03'));
    expect(await it.runs()).toEqual(['2026-05-03 open']);
    const [run] = await it.sql`select (first ->> 'at')::float8 as at from runs`;
    expect(run).toEqual({ at: it.clock.now().getTime() });
    await it.happen(lease('2026-04-30'));
    expect(await it.runs(), 'what is past starts nothing').toEqual(['2026-05-03 moved']);
    expect(await it.starts()).toEqual(['2026-04-30 at never']);
  });

  test('by an hour, or written otherwise: nothing ends and nothing starts twice', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-05-05T10:00:00Z'));
    await it.happen(lease('2026-05-05T11:00:00Z'), lease('2026-05-05'));
    await it.happen(identify({ timezone: 'America/Los_Angeles' }));
    await it.passTo('2026-05-04T12:00:00Z');
    expect(await it.runs()).toEqual(['2026-05-05 open']);
  });

  test('away and back: the occasion has its run again, and one that was done is not done twice', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-05-05'));
    await it.happen(lease('2026-07-31'));
    await it.happen(lease('2026-05-05'));
    expect(await it.runs()).toEqual(['2026-05-05 moved', '2026-05-05 open']);
    await it.sql`update runs set state = 'closed', outcome = 'done', closed_at = ${it.clock.now()}
      where state = 'open'`;
    await it.happen(lease('2026-07-31'));
    await it.happen(lease('2026-05-05'));
    expect(await it.runs()).toEqual(['2026-05-05 moved', '2026-05-05 done']);
  });

  test('when its occasion has passed: that was, and its run goes on beside the next one', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-05-05'));
    await it.passTo('2026-05-06T12:00:00Z');
    await it.happen(lease('2026-05-10'));
    expect(await it.runs()).toEqual(['2026-05-05 open', '2026-05-10 open']);
  });

  test('of a visitor whom nobody could reach: the run that was held for them ends, and nobody is told', async () => {
    await using it = await datesOver({ leaseEnds });
    const visitor = (on: string): GivenEvent => ({
      kind: 'identify',
      anonymousId: 'a1',
      traits: { lease_ends_on: on },
    });
    await it.happen(visitor('2026-05-05'));
    await it.happen(visitor('2026-07-31'));
    expect(await it.runs()).toEqual(['2026-05-05 moved']);
    expect(await it.sql`select kind from dispatches where not held`).toEqual([]);
    expect(await it.sql`select held_until is not null as held, last_seq from runs`).toEqual([
      { held: true, last_seq: 0 },
    ]);
  });

  test('taken away: the run ends', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-05-05'));
    await it.happen(lease(null));
    expect(await it.runs()).toEqual(['2026-05-05 moved']);
    expect(await it.starts()).toEqual([]);
  });

  test('by an event that ends the run anyway: it ends for that', async () => {
    await using it = await datesOver({ leaseEnds });
    await it.happen(lease('2026-05-05'));
    const renewed: GivenEvent = { name: 'Lease Renewed', userId: 'u1' };
    await it.happen({ ...renewed, context: { traits: { lease_ends_on: '2027-05-05' } } });
    expect(await it.runs()).toEqual(['2026-05-05 renewed']);
    expect(await it.starts()).toEqual(['2027-05-05 at 2027-04-28T09:00Z']);
  });

  test('of what starts after its date: the next order ends who was missed', async () => {
    await using it = await datesOver({ missYou });
    const ordered = (id: string): GivenEvent => ({
      ...{ name: 'Order Completed', userId: 'u1', properties: { order_id: id, occasion: 'wedding' } },
    });
    await it.happen(ordered('o1'));
    await it.passTo('2027-05-01T10:00:00Z');
    expect(await it.runs()).toEqual(['2026-05-01 open']);
    it.moveTo('2027-05-03T12:00:00Z');
    await it.happen(ordered('o2'));
    expect(await it.runs()).toEqual(['2026-05-01 moved']);
    expect(await it.starts()).toEqual(['2027-05-03 at 2028-05-02T10:00Z']);
  });

  test('into another zone: the start goes with the customer', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: '1990-05-20', timezone: 'Europe/Berlin' }));
    await it.passTo('2026-05-13T07:00:00Z');
    expect(await it.runs()).toEqual(['2026-05-20 open']);
    // There it is not yet nine: it has been all the same.
    await it.happen(identify({ timezone: 'America/New_York' }));
    expect(await it.starts()).toEqual(['2027-05-20 at 2027-05-13T13:00Z']);
    await it.passTo('2027-05-13T12:00:00Z');
    await it.happen(identify({ timezone: 'Asia/Tokyo' }));
    expect(await it.runs(), 'there it is past nine').toEqual(['2026-05-20 open', '2027-05-20 open']);
  });
});

describe('nothing starts that lies in the past', () => {
  const reckoning = (it: Awaited<ReturnType<typeof datesOver>>) =>
    it.sql`select definition, zone, next_definition, done, total from date_reckonings`;

  test('by a journey that is new, or another: everybody is reckoned in the background', async () => {
    await using it = await datesOver({});
    const people = Array.from({ length: 30 }, (_, n) => identify({ birthday: '1990-05-05' }, `u${n}`));
    await it.acceptAndRoute(...people, identify({ birthday: '1990-06-30' }, 'later'));
    await it.settle(it.router({ birthday }));
    expect(await it.runs()).toEqual([]);
    const starts = await it.starts();
    expect(starts.filter((one) => one === '2027-05-05 at 2027-04-28T09:00Z')).toHaveLength(30);
    expect(starts).toContain('2026-06-30 at 2026-06-23T09:00Z');
    expect(await reckoning(it)).toMatchObject([
      { zone: 'UTC', next_definition: null, done: '31', total: '31' },
    ]);
    const sooner = dateOf('birthday', { yearly: true, offset: '-3 days', at: '09:00' });
    await it.settle(it.router({ birthday: journey({ ...common, starts: sooner }) }));
    expect((await it.starts()).filter((one) => one === '2026-05-05 at 2026-05-02T09:00Z')).toHaveLength(30);
    expect(await it.runs()).toEqual([]);
  });

  test('by a release that finds what had come due while no router was up: that starts', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: '1990-05-20' }));
    it.moveTo('2026-05-13T15:00:00Z');
    const other = journey({
      ...common,
      starts: { ...dateOf('birthday', { yearly: true, offset: '-1 week', at: '09:00' }) },
    });
    await it.settle(it.router({ birthday: other }));
    expect(await it.runs()).toEqual(['2026-05-20 open']);
  });

  test('and the zone of the shop, changed, moves the starts of who has none', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: '1990-05-20' }));
    await moveShop(it, 'Asia/Tokyo');
    await it.settle();
    expect(await it.starts()).toEqual(['2026-05-20 at 2026-05-13T00:00Z']);
    expect(await reckoning(it)).toMatchObject([{ zone: 'Asia/Tokyo' }]);
  });

  test('of two routers with other definitions the newer decides, and the older leaves its journeys alone', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: '1990-05-20' }));
    const newer = it.router({
      birthday: journey({ ...common, starts: dateOf('birthday', { yearly: true, at: '10:00' }) }),
    });
    await it.settle(newer);
    expect(await it.starts()).toEqual(['2026-05-20 at 2026-05-20T10:00Z']);
    // The older one still routes: what it reckons, the newer reckons again.
    await it.happen(identify({ birthday: '1990-05-21' }));
    await it.settle(newer);
    expect(await it.starts()).toEqual(['2026-05-21 at 2026-05-21T10:00Z']);
    it.moveTo('2026-05-21T09:55:00Z');
    await it.settle(newer);
    await it.passTo('2026-05-21T10:00:00Z');
    expect(await it.runs(), 'the older starts nothing of it').toEqual([]);
    await it.settle(newer);
    expect(await it.runs()).toEqual(['2026-05-21 open']);
  });

  test('and a reckoning that was broken off goes on where it was, with progress', async () => {
    await using it = await datesOver({});
    await it.acceptAndRoute(
      ...Array.from({ length: 30 }, (_, n) => identify({ birthday: '05-20' }, `u${n}`)),
    );
    const turn = (context: RoutingContext) => takeDueTurn(context, [reckonEverybody], 20);
    const first = it.router({ birthday });
    // Begun, and twenty reckoned.
    for (let turns = 0; turns < 2; turns += 1) await turn(first);
    expect(await reckoning(it)).toMatchObject([{ definition: '', done: '20', total: '30' }]);
    const second = it.router({ birthday });
    expect(await turn(second)).toMatchObject({ isMore: true, errors: [] });
    expect(await reckoning(it)).toMatchObject([{ definition: '', done: '30', total: '30' }]);
    await it.settle(second);
    expect(await reckoning(it)).toMatchObject([{ next_definition: null, done: '30', total: '30' }]);
    expect(await it.starts()).toHaveLength(30);
  });

  test('and what an older release left behind is taken back when its routers are gone', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: '1990-05-20' }));
    const older = journey({ ...common, starts: dateOf('birthday', { yearly: true, at: '10:00' }) });
    await it.settle(it.router({ birthday: older }));
    await it.passTo('2026-05-01T12:09:00Z');
    expect(await it.starts()).toEqual(['2026-05-20 at 2026-05-20T10:00Z']);
    await it.passTo('2026-05-01T12:10:00Z');
    expect(await it.starts()).toEqual(['2026-05-20 at 2026-05-13T09:00Z']);
  });

  test('by an import: what lies ahead starts when it comes', async () => {
    await using it = await datesOver({ leaseEnds });
    const imported = async (...given: GivenEvent[]) => {
      const seqs = await it.accept(...given);
      await it.sql`update events set imported = true where seq = any(${seqs}::bigint[])`;
      await it.route();
      await it.settle();
    };
    await imported(lease('2026-05-05'), { ...lease('2026-06-30'), userId: 'u2' });
    expect(await it.runs()).toEqual([]);
    expect(await it.starts()).toEqual(['2026-05-05 at never', '2026-06-30 at 2026-06-23T09:00Z']);
    await it.passTo('2026-06-23T09:00:00Z');
    expect(await it.runs()).toEqual(['2026-06-30 open']);
  });
});

describe('two customers who become one', () => {
  const visitor = (birthday: string): GivenEvent => ({
    kind: 'identify',
    anonymousId: 'a1',
    traits: { birthday },
  });
  const joined: GivenEvent = { kind: 'identify', userId: 'u1', anonymousId: 'a1' };

  test('have the date of who survives, and the run of the other date ends', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(visitor('1990-05-05'));
    it.moveTo('2026-05-01T12:00:01Z');
    await it.happen(identify({ birthday: '1990-05-20' }));
    expect(await it.runs()).toEqual(['2026-05-05 open']);
    await it.happen(joined);
    expect(await it.runs()).toEqual(['2026-05-05 moved']);
    expect(await it.starts()).toEqual(['2026-05-20 at 2026-05-13T09:00Z']);
    const [{ stale }] = (await it.sql`select count(*)::int as stale from date_starts where is_stale`) as [
      { stale: number },
    ];
    expect(stale).toBe(0);
  });

  test('have one start for one occasion, whoever had it', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(identify({ birthday: '1990-05-20' }), visitor('1990-05-20'));
    await it.passTo('2026-05-13T09:00:00Z');
    expect(await it.runs()).toEqual(['2026-05-20 open', '2026-05-20 open']);
    await it.happen(joined);
    expect((await it.runs()).sort()).toEqual(['2026-05-20 merged', '2026-05-20 open']);
    expect(await it.starts()).toEqual(['2027-05-20 at 2027-05-13T09:00Z']);
  });

  test('do not lose a date that only one of them had, also when it comes due with the merge', async () => {
    await using it = await datesOver({ birthday });
    await it.happen(visitor('1990-05-20'), identify({ plan: 'basic' }));
    it.moveTo('2026-05-13T09:00:30Z');
    await it.happen(joined);
    expect(await it.runs()).toEqual(['2026-05-20 open']);
    expect(await it.starts()).toEqual(['2027-05-20 at 2027-05-13T09:00Z']);
  });
});
