import { describe, expect, test } from 'vitest';
import type { Outbound } from '../../activities/channels/channel.ts';
import type { PageActivities } from '../../activities/contract.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import { lockProducts } from '../../src/db/queries/rival-entries.ts';
import { dispatches, runs, stock, waitingEntries, waves } from '../../src/db/schema/index.ts';
import { mostVerdicts } from '../../src/domain/delivery.ts';
import type { Competing } from '../../src/define/competing.ts';
import { stock as riseOfStock } from '../../src/define/watch.ts';
import { newId } from '../../src/ids.ts';
import { ordered } from '../support/ordered.ts';
import { list, sku as teapot, startWatching, testWatch, type Watching } from '../support/watching.ts';

const kettle = 'kettle';

/** Words that say what they are about. */
const render = ({ data }: { data: Record<string, unknown> }) => {
  const products = data['products'] as { sku: string }[] | undefined;
  const { sku } = data['product'] as { sku: string };
  return { text: products ? products.map((one) => one.sku).join('+') : sku };
};

const sayCall = ({ to, content }: Outbound) => `${to.split('@')[0]} ${'text' in content ? content.text : ''}`;

async function start(competing?: Competing, over: Parameters<typeof testWatch>[0] = {}) {
  const it = await startWatching(testWatch({ ...(competing ? { competing } : {}), ...over }), { render });
  const { database, clock, watch } = it;
  const other = newId(clock);
  const at = clock.now();
  await database.db.insert(runs).values({
    ...{ id: other, name: watch.name, version: 1, subject: kettle, key: '', n: 1 },
    ...{ workflowId: `${watch.name}/${other}`, first: { at: at.getTime(), device: null }, carries: {} },
    ...{ settings: {}, openedAt: at, lastActivityAt: at },
  });
  const restocked = (runId: string, seq: number) => {
    const now = clock.now();
    const wake = { kind: 'event', eventName: 'restocked', carries: {} } as const;
    return database.db.insert(dispatches).values({ ...wake, runId, seq, occurredAt: now, doneAt: now });
  };
  await Promise.all([it.runId, other].map((runId) => restocked(runId, 1)));
  return Object.assign(it, {
    other,
    /** The other product's run is told that it is back once more. */
    otherBack: () => restocked(other, 2),
    /** So many of the other product are on the shelf. */
    otherShelf: async (units: number) => {
      const row = { sku: kettle, units, at: clock.now(), soldOutAt: null };
      await database.db.insert(stock).values(row).onConflictDoUpdate({ target: stock.sku, set: row });
    },
    /** These wait for the other product too, in this order, each for so many seconds at the start of the test. */
    alsoWait: async (customers: readonly string[], seconds = 50) => {
      const rows = customers.map((customerId, n) => ({
        ...{ id: newId(clock), list, customerId, sku: kettle, state: 'waiting' as const },
        since: new Date(at.getTime() - seconds * 1_000 + n),
      }));
      await database.db.insert(waitingEntries).values(rows);
    },
    /** A wave of the other product from its beginning to its end. */
    otherWave: () => otherWave(it, other),
    /** What was said to whom, by the place in the line. */
    said: () => it.channels.email.calls.flat().map(sayCall).sort(),
    entries: async () => {
      const rows = await database.sql<Record<string, string | null>[]>`
        select e.sku, e.state, d.subject as by from waiting_entries e left join deliveries d on d.id = e.told_in
        order by e.since, e.id`;
      return rows.map(({ sku, state, by }) => [sku, state, by].filter(Boolean).join(' '));
    },
  });
}

async function otherWave(it: Watching, runId: string): Promise<number | null> {
  const { watch, clock, database } = it;
  const activities = createWatchActivities({ database, clock, watches: [watch] });
  const [last] = await database.sql<{ wave: number }[]>`
    select coalesce(max(wave), 0)::int as wave from waves where run_id = ${runId}`;
  const begun = await activities.beginWave({ runId, wave: last!.wave + 1, message: 'back', heard: 1 });
  if (begun.kind === 'none') return null;
  const serve = it.worker();
  let next: 'email' | null = 'email';
  while (next !== null) next = (await serve(it.page({ runId, wave: begun.wave }))).next as typeof next;
  return (await activities.endWave({ runId, wave: begun.wave, message: 'back' })).used;
}

const combine = { within: '30 minutes', combine: 3 } as const;

describe('told of together', () => {
  test('what somebody waits for is in one message, and waits no longer', async () => {
    await using it = await start(combine);
    const [ann, bob] = await it.line(2);
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    expect(await it.wave()).toMatchObject({ used: 2, withheld: 0 });
    expect(it.said()).toEqual(['p0 teapot+kettle', 'p1 teapot']);
    expect(await it.entries()).toEqual(['kettle consumed teapot', 'teapot consumed', 'teapot consumed']);
    const [delivery] = (await it.ledger()).filter(({ customerId }) => customerId === ann);
    expect(delivery!.verdicts[0]!.words).toBe(
      'intended: every check has passed; it is about kettle too, which the customer waits for and is back',
    );
    expect(await it.ledger(), 'one message, one would-send each').toHaveLength(2);
    expect(await it.otherWave(), 'nobody is left to be told of it').toBeNull();
    expect(bob).toBeDefined();
  });

  test('each by itself where the watch says nothing of it', async () => {
    await using it = await start();
    const [ann] = await it.line(1);
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    await it.wave();
    expect(it.said()).toEqual(['p0 teapot']);
    expect(await it.entries()).toEqual(['kettle waiting', 'teapot consumed']);
  });

  test('nobody is told of what is sold out, bought since, not watched, or of which others come first', async () => {
    await using it = await start(combine);
    const people = await it.line(3);
    const [ann, bob, cid] = people as [string, string, string];
    await it.alsoWait([bob, ann, cid]);
    await it.shelf(5);
    await it.otherShelf(2);
    const { sql } = it.database;
    await ordered(sql, { orderId: 'o1', sku: kettle, customerId: ann, at: it.clock.now() });
    await it.wave();
    expect(it.said(), 'ann has bought it, and cid is the third of two places').toEqual([
      'p0 teapot',
      'p1 teapot+kettle',
      'p2 teapot',
    ]);
    expect(await it.entries()).toEqual([
      'kettle consumed teapot',
      'kettle waiting',
      'kettle waiting',
      ...Array<string>(3).fill('teapot consumed'),
    ]);
  });

  test('nobody is told of what they avoid, by its name or category, nor of what they have waited too long for', async () => {
    await using it = await start(combine, { lasts: '90 days' });
    const people = await it.line(4);
    await it.alsoWait(people);
    const { sql } = it.database;
    for (const [n, value] of ['kitchen', kettle, 'garden'].entries()) {
      const avoids = { value: [value], origin: 'stated', at: it.clock.now().toISOString() };
      await sql`update customers set traits = traits || ${sql.json({ avoids })} where id = ${people[n]!}`;
    }
    const long = new Date(it.clock.now().getTime() - 91 * 86_400_000);
    await sql`
      insert into products (sku, title, category, price_minor, currency, substitutes, reviews, updated_at)
      values (${kettle}, 'Kettle', 'Kitchen', 1000, 'EUR', '{}', '[]', ${it.clock.now()})`;
    await sql`update waiting_entries set since = ${long} where sku = ${kettle} and customer_id = ${people[3]!}`;
    await it.shelf(5);
    await it.otherShelf(5);
    await it.wave();
    expect(it.said()).toEqual(['p0 teapot', 'p1 teapot', 'p2 teapot+kettle', 'p3 teapot']);
  });

  test('who is held out is held out of both at once', async () => {
    await using it = await start(combine, { holdout: 1 });
    const [ann] = await it.line(1);
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    expect(await it.wave()).toMatchObject({ used: 1, heldOut: 1 });
    expect(it.said()).toEqual([]);
    expect(await it.entries()).toEqual(['kettle consumed teapot', 'teapot consumed']);
  });

  test('a call that was not made is made by the next attempt, and tells of the same', async () => {
    await using it = await start(combine);
    const [ann] = await it.line(1);
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    await beginWaves(it, [it.runId]);
    it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: 'away' });
    await it
      .worker()(it.page())
      .catch(() => 'it is tried again');
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'p' });
    await it.otherShelf(0);
    await it.worker()(it.page());
    expect(it.said()).toEqual(['p0 teapot+kettle', 'p0 teapot+kettle']);
    expect((await it.ledger()).map(({ state }) => state)).toEqual(['accepted']);
  });

  test('of another product between two of its waves nobody is told: its places are used', async () => {
    await using it = await start(combine);
    const [ann, bob] = await it.line(2);
    await it.alsoWait([bob!, ann!]);
    await it.shelf(0);
    await it.otherShelf(1);
    expect(await it.otherWave()).toBe(1);
    await it.shelf(5);
    await it.wave();
    expect(it.said()).toEqual(['p0 teapot', 'p1 kettle']);
    expect(await it.entries()).toEqual([
      ...['kettle consumed', 'kettle waiting', 'teapot consumed', 'teapot waiting'],
    ]);
  });

  test('of another product between two of its waves as many are told as its last one left places', async () => {
    await using it = await start(combine);
    const people = await it.line(2);
    await it.alsoWait(people);
    await it.shelf(0);
    await it.otherShelf(1);
    const { sql } = it.database;
    const almostADayAgo = new Date(it.clock.now().getTime() - 86_400_000 + 300_000);
    for (const customerId of people)
      await sql`insert into contacts (event_id, customer_id, at) values (${newId(it.clock)}, ${customerId}, ${almostADayAgo})`;
    expect(await it.otherWave(), 'both are over a cap').toBe(0);
    it.pass('10 minutes');
    await it.shelf(5);
    await it.wave();
    expect(it.said()).toEqual(['p0 teapot+kettle', 'p1 teapot']);

    const [cid] = await it.line(1, () => ({ email: 'cid@shop.example' }));
    await sql`update waiting_entries set customer_id = ${cid!} where sku = ${kettle} and state = 'waiting'`;
    await it.wave();
    expect(it.said(), 'the place is used').toEqual(['cid teapot', 'p0 teapot+kettle', 'p1 teapot']);
  });

  test('of another product nobody is told while there are too few of it to wake the watch', async () => {
    await using it = await start(combine, { wakes: { restocked: riseOfStock.rises(3) } });
    const [ann] = await it.line(1);
    await it.alsoWait([ann!]);
    await it.shelf(4);
    await it.otherShelf(3);
    await it.wave();
    expect(it.said()).toEqual(['p0 teapot']);
    await it.otherShelf(4);
    it.pass('1 hour');
    const [bob] = await it.line(1, () => ({ email: 'bob@shop.example' }));
    await it.alsoWait([bob!]);
    await it.wave();
    expect(it.said()).toEqual(['bob teapot+kettle', 'p0 teapot']);
  });

  test('of another product whose run is idle nobody is told, whatever is on the shelf: no wave of it will begin', async () => {
    await using it = await start(combine);
    const [ann] = await it.line(1);
    await it.shelf(5);
    await it.otherShelf(5);
    it.pass('1 minute');
    await it.alsoWait([ann!]);
    expect(await it.otherWave(), 'it was told of the teapot as well').toBe(1);
    it.pass('2 hours');
    const [bob] = await it.line(1, () => ({ email: 'bob@shop.example' }));
    await it.alsoWait([bob!]);
    await it.wave();
    expect(it.said()).toEqual(['bob teapot', 'p0 kettle+teapot']);
    await it.otherBack();
    const [cid] = await it.line(1, () => ({ email: 'cid@shop.example' }));
    await it.alsoWait([cid!]);
    it.pass('2 hours');
    await it.wave();
    expect(it.said()).toEqual(['bob teapot', 'cid teapot+kettle', 'p0 kettle+teapot']);
  });

  test('what was to be told of together waits on when the message is cancelled before its call', async () => {
    await using it = await start(combine);
    const [ann] = await it.line(1);
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    await beginWaves(it, [it.runId]);
    it.channels.email.answer = () => ({ kind: 'not-accepted', retryAfterMs: null, detail: 'away' });
    await it
      .worker()(it.page())
      .catch(() => 'it is tried again');
    expect(await it.entries()).toEqual(['kettle consumed teapot', 'teapot consumed']);
    await it.database.sql`update consents set state = 'denied' where customer_id = ${ann!}`;
    await it.worker()(it.page());
    expect((await it.ledger()).map(({ state }) => state)).toEqual(['cancelled']);
    expect(await it.entries()).toEqual(['kettle waiting', 'teapot consumed']);
  });

  test('two pages at once, each about what the other waits for too: nobody twice, no place that is not there', async () => {
    await using it = await start(combine);
    const people = await it.line(40);
    await it.alsoWait([...people.slice(5), ...people.slice(0, 5)]);
    await it.shelf(10);
    await it.otherShelf(10);
    await beginWaves(it, [it.runId, it.other]);
    const serve = inTurn(it.worker());
    await Promise.all([serve(it.page()), serve(it.page({ runId: it.other }))]);
    const said = it.said();
    expect(new Set(said.map((one) => one.split(' ')[0])).size, 'nobody twice').toBe(said.length);
    const about = (sku: string) => said.filter((one) => one.includes(sku)).length;
    expect([about(teapot), about(kettle)]).toEqual([10, 10]);
    const consumed = await it.database.sql`select from waiting_entries where state = 'consumed'`;
    expect(consumed).toHaveLength(20);
    expect(said, 'five were told of both').toHaveLength(15);
  });
});

test.each([
  ['the product', teapot],
  ['another product that its customers wait for', kettle],
])('a page comes back when another page has %s, and keeps no connection meanwhile', async (_, taken) => {
  await using it = await start(combine);
  const [ann] = await it.line(1);
  await it.alsoWait([ann!]);
  await it.shelf(5);
  await it.otherShelf(5);
  await beginWaves(it, [it.runId]);
  await it.database.sql.begin(async (tx) => {
    expect(await lockProducts(tx, { list, skus: [taken] })).toBe(true);
    const serve = it.worker();
    const pages = await Promise.allSettled(Array.from({ length: 20 }, () => serve(it.page())));
    for (const page of pages)
      expect(page).toMatchObject({ reason: { type: 'list-taken', category: 'BENIGN', nextRetryDelay: 250 } });
  });
  expect(it.said()).toEqual([]);
  await it.worker()(it.page());
  expect(it.said()).toEqual(['p0 teapot+kettle']);
});

test('where nobody waits for another product that is back, no page waits for another', async () => {
  await using it = await start(combine);
  const people = await it.line(2);
  await it.alsoWait(people);
  await it.shelf(5);
  await it.otherShelf(0);
  await beginWaves(it, [it.runId]);
  await it.database.sql.begin(async (tx) => {
    expect(await lockProducts(tx, { list, skus: [kettle] })).toBe(true);
    await it.worker()(it.page());
  });
  expect(it.said()).toEqual(['p0 teapot', 'p1 teapot']);
});

describe('the best one', () => {
  test.each([
    ['longest-waiting', { seconds: 50 }, ['p0 kettle']],
    ['longest-waiting', { seconds: 0 }, ['p0 teapot']],
    ['dearest', { seconds: 0 }, ['p0 kettle']],
    ['cheapest', { seconds: 50 }, ['p0 teapot']],
  ] as const)('%s: %o', async (choose, { seconds }, said) => {
    await using it = await start({ within: '30 minutes', choose });
    await it.database.sql`
      insert into products (sku, title, price_minor, currency, substitutes, reviews, updated_at)
      select sku, sku, price, 'EUR', '{}', '[]', ${it.clock.now()}::timestamptz
      from unnest(${[teapot, kettle]}::text[], ${[1000, 2000]}::int[]) as p (sku, price)`;
    const [ann] = await it.line(1);
    await it.alsoWait([ann!], seconds);
    await it.shelf(5);
    await it.otherShelf(5);
    await it.wave();
    await it.otherWave();
    expect(it.said().slice(0, 1)).toEqual(said);
  });

  test('who is passed over keeps their place, reads why, and is passed over for so long at most', async () => {
    await using it = await start({ within: '30 minutes', choose: 'longest-waiting' });
    const [ann] = await it.line(1);
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    expect(await it.wave()).toMatchObject({ used: 0, withheld: 1, goesOn: true });
    expect(await it.entries()).toEqual(['kettle waiting', 'teapot waiting']);
    const [delivery] = await it.ledger();
    expect(delivery).toMatchObject({ state: 'withheld', reason: 'competing' });
    expect(delivery!.verdicts.at(-1)!.words).toBe(
      'withheld: competing — the customer waits for kettle too, for longer',
    );
    it.pass('1 hour');
    expect(await it.wave(), 'the kettle had its time').toMatchObject({ used: 1 });
    expect(it.said()).toEqual(['p0 teapot']);
  });

  test('nobody is passed over for ever because much was said of them before', async () => {
    await using it = await start({ within: '30 minutes', choose: 'longest-waiting' });
    const [ann] = await it.line(1, () => ({ consents: [] }));
    await it.alsoWait([ann!]);
    await it.shelf(5);
    await it.otherShelf(5);
    expect(await it.wave()).toMatchObject({ used: 0, withheld: 1 });
    await fillVerdicts(it);
    await it.database.sql`
      insert into consents (id, customer_id, channel, state, source, at)
      values (${newId(it.clock)}, ${ann!}, 'email', 'granted', 'test', ${it.clock.now()})`;
    it.pass('1 hour');
    expect(await it.wave()).toMatchObject({ used: 0, withheld: 1 });
    expect((await it.ledger())[0]!.verdicts.at(-1)!.reason).toBe('competing');
    it.pass('1 hour');
    expect(await it.wave()).toMatchObject({ used: 1 });
  });
});

/** Asks again, as Temporal does, while another page has the list. */
function inTurn(serve: PageActivities['servePage']): PageActivities['servePage'] {
  return async (input) => {
    for (;;) {
      try {
        return await serve(input);
      } catch (error) {
        if ((error as { type?: unknown }).type !== 'list-taken') throw error;
      }
    }
  };
}

/** A delivery about which so much was said that nothing more is. */
async function fillVerdicts({ database }: Watching): Promise<void> {
  const many = Array<object>(mostVerdicts).fill({
    channel: 'email',
    state: 'withheld',
    reason: 'no-consent',
  });
  await database.sql`update deliveries set verdicts = ${database.sql.json(many as never)}`;
}

async function beginWaves({ database, clock }: Watching, runIds: readonly string[]): Promise<void> {
  const at = clock.now();
  await database.db.insert(waves).values(
    runIds.map((runId) => ({
      runId,
      wave: 1,
      beganAt: at,
      nextAt: at,
      units: 10,
      places: 10,
      allowed: 10,
    })),
  );
}
