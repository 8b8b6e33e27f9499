import { expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import { eventually } from '../support/eventually.ts';
import { startWatching, type Watching } from '../support/watching.ts';

/** Two pages and the beginning of a third: while the provider is called for one the gate looks at the next. */
const waiting = 2_100;

async function shop() {
  const it = await startWatching();
  const people = await it.line(waiting);
  await it.shelf(waiting);
  const at = it.clock.now();
  await it.database.sql`
    insert into waves (run_id, wave, began_at, next_at, units, places, allowed)
    values (${it.runId}, 1, ${at}, ${at}, ${waiting}, ${waiting}, ${waiting})`;
  const serve = () => it.worker({ pagesMs: 60_000 })(it.page());
  return Object.assign(it, { people, serve });
}

const taken: CallOutcome = { kind: 'accepted', providerId: 'p' };
const calls = (it: Watching) => it.channels.email.calls.map((call) => call.length);
const callsOfEach = (it: Watching) => {
  const counts = new Map<string, number>();
  for (const { to } of it.channels.email.calls.flat()) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
};

async function counts({ database: { sql } }: Watching): Promise<Record<string, number>> {
  const rows = await sql<{ state: string; count: number }[]>`
    select case when calling_at is null then state else 'called' end as state, count(*)::int as count
    from deliveries group by 1`;
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

const totalOf = (of: Record<string, number>) => Object.values(of).reduce((sum, count) => sum + count, 0);

test('while the provider is called for a page, the gate decides on the next; each is called once, in the order of the line', async () => {
  await using it = await shop();
  it.channels.email.answer = async () => {
    const decided = Math.min((calls(it).length + 1) * 1_000, waiting);
    await eventually('the look at the next page', async () => totalOf(await counts(it)) === decided);
    return taken;
  };
  expect(await it.serve()).toEqual({ next: null, lookAgain: false });
  expect(calls(it)).toEqual([1_000, 1_000, 100]);
  expect(await it.told()).toEqual(it.people);
  expect(await counts(it)).toEqual({ accepted: waiting });
});

test('a process that dies meanwhile leaves in doubt what was under way alone; the page decided on ahead is called, once', async () => {
  await using it = await shop();
  it.channels.email.answer = () => new Promise(() => {});
  void it.serve();
  await eventually('the look at the second page', async () => {
    const { called, intended } = await counts(it);
    return called === 1_000 && intended === 1_000 && calls(it).length === 1;
  });
  it.channels.email.answer = () => taken;
  await it.serve();
  expect(await counts(it)).toEqual({ unknown: 1_000, accepted: 1_100 });
  expect(calls(it)).toEqual([1_000, 1_000, 100]);
  expect(callsOfEach(it).size).toBe(waiting);
});

test('a provider that takes nothing just now is called again for both pages, and nobody is decided on twice', async () => {
  await using it = await shop();
  const busy: CallOutcome = { kind: 'not-accepted', retryAfterMs: 1_000, detail: '429' };
  it.channels.email.answer = () => (calls(it).length === 1 ? busy : taken);
  await expect(it.serve()).rejects.toMatchObject({ type: 'not-accepted' });
  expect(await counts(it)).toEqual({ intended: 2_000 });
  await it.serve();
  expect(calls(it)).toEqual([1_000, 1_000, 1_000, 100]);
  expect(await counts(it)).toEqual({ accepted: waiting });
  expect([...callsOfEach(it).values()].filter((count) => count > 1)).toHaveLength(1_000);
  expect(await it.told()).toEqual(it.people);
});

test('a page that was decided on long before its turn is looked at again, and the shelf counted anew', async () => {
  await using it = await shop();
  it.channels.email.answer = async () => {
    if (calls(it).length > 1) return taken;
    await eventually('the look at the second page', async () => totalOf(await counts(it)) === 2_000);
    await it.database.sql`
        insert into consents (id, customer_id, channel, topic, state, source, at)
        values (gen_random_uuid(), ${it.people[1_000]!}, 'email', '', 'denied', 'test', ${it.clock.now()})`;
    await it.shelf(10);
    it.pass('2 seconds');
    return taken;
  };
  await it.serve();
  expect(calls(it)).toEqual([1_000, 10, 10]);
  expect(await counts(it)).toEqual({ accepted: 1_020, cancelled: 1, withheld: 989 });
  expect(await it.told()).toEqual([
    ...it.people.slice(0, 1_000),
    ...it.people.slice(1_001, 1_011),
    ...it.people.slice(2_000, 2_010),
  ]);
});

test('whom an attempt that lost Temporal turned to the next channel beside this one is asked after at the end', async () => {
  await using it = await shop();
  it.channels.email.answer = async () => {
    if (calls(it).length === 2)
      await it.database.sql`
        update deliveries set state = 'intended', channel = 'sms', calling_at = null
        where id = (select id from deliveries where state = 'accepted' limit 1)`;
    return taken;
  };
  expect(await it.serve()).toEqual({ next: 'sms', lookAgain: false });
});
