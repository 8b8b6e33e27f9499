import { describe, expect, test } from 'vitest';
import { holdoutOf, drawOf } from '../../src/domain/holdout.ts';
import { plain, render } from '../../src/messages/engine.ts';
import { ordered } from '../support/ordered.ts';
import { startWatching, testWatch, type Watching } from '../support/watching.ts';
import { lookers } from '../support/test-watch.ts';

const waitingCount = async ({ database: { sql } }: Watching) =>
  Number((await sql`select count(*) from waiting_entries where state = 'waiting'`)[0]!['count']);

describe('places', () => {
  test('20 units, 5 a unit: the hundred who waited longest', async () => {
    await using it = await startWatching(testWatch({ wave: { perUnit: 5, every: '1 hour' } }));
    const line = await it.line(130);
    await it.shelf(20);
    expect(await it.wave()).toMatchObject({ units: 20, places: 100, used: 100, goesOn: true });
    expect(await it.told()).toEqual(line.slice(0, 100));
    expect(it.channels.email.calls.map((call) => call.length)).toEqual([100]);
    expect(await waitingCount(it)).toBe(30);
  });

  test('1,000 wait for 80 units: 80, then as many as are left an hour later; sold out ends it', async () => {
    await using it = await startWatching();
    const line = await it.line(1_000);
    await it.shelf(80);
    await it.wave();
    expect(await it.told()).toEqual(line.slice(0, 80));
    it.pass('1 hour');
    await it.shelf(40);
    expect(await it.wave()).toMatchObject({ places: 40, used: 40 });
    expect(await it.told()).toEqual(line.slice(0, 120));
    it.pass('1 hour');
    await it.shelf(0);
    expect(await it.wave()).toBeNull();
    expect(await waitingCount(it)).toBe(880);
  });

  test('stock that falls between two pages leaves fewer; what comes to the shelf waits for the next wave', async () => {
    await using it = await startWatching();
    await it.line(2_500);
    await it.shelf(2_400);
    it.channels.email.answer = async () => {
      await it.shelf(it.channels.email.calls.length === 1 ? 150 : 9_000);
      return { kind: 'accepted', providerId: 'p' };
    };
    expect(await it.wave()).toMatchObject({ places: 2_400, used: 1_150, goesOn: true });
    expect(it.channels.email.calls.map((call) => call.length)).toEqual([1_000, 150]);
  });

  test('who is held out uses a place and has had their turn', async () => {
    await using it = await startWatching(testWatch({ holdout: 0.3 }));
    const line = await it.line(40);
    await it.shelf(20);
    const { salt, share } = holdoutOf('backAgain', 0.3);
    const treated = line.slice(0, 20).filter((id) => drawOf(salt, id) >= share);
    expect(await it.wave()).toMatchObject({ used: 20, heldOut: 20 - treated.length });
    expect(treated.length).toBeLessThan(20);
    expect(await it.told()).toEqual(treated);
    expect(await waitingCount(it)).toBe(20);
    expect((await it.ledger()).filter(({ arm }) => arm !== null)).toHaveLength(20);
  });

  test('who is passed over uses none and keeps their place; the next wave may serve them', async () => {
    await using it = await startWatching();
    const line = await it.line(6, (n) => ({ consents: n < 2 ? [] : ['email'] }));
    await it.shelf(3);
    expect(await it.wave()).toMatchObject({ used: 3, withheld: 2 });
    expect(await it.told()).toEqual(line.slice(2, 5));
    await it.database.sql`
      insert into consents (id, customer_id, channel, state, source, at)
      select gen_random_uuid(), ${line[0]!}, 'email', 'granted', 'test', ${it.clock.now()}`;
    it.pass('1 hour');
    await it.wave();
    expect(await it.told()).toEqual([line[0], ...line.slice(2)]);
    const [first] = (await it.ledger()).filter(({ customerId }) => customerId === line[0]);
    expect(first).toMatchObject({ state: 'accepted', wave: 2, nth: null });
    expect(first!.verdicts.map(({ state, reason }) => reason ?? state)).toEqual([
      'no-consent',
      'unreachable',
      'intended',
      'accepted',
    ]);
  });

  test('who does not want to hear of this by itself is passed over, though they agreed to the channel', async () => {
    await using it = await startWatching();
    const line = await it.line(2);
    await it.database.sql`
      insert into consents (id, customer_id, channel, topic, state, source, at)
      select gen_random_uuid(), ${line[0]!}, channel, 'restocks', 'denied', 'test', '2026-01-01'
      from unnest(array['email', 'sms']) as channel`;
    await it.shelf(3);
    expect(await it.wave()).toMatchObject({ used: 1, withheld: 1 });
    expect(await it.told()).toEqual([line[1]]);
  });

  test('buyers of the product or of a substitute are passed over for good', async () => {
    await using it = await startWatching();
    const line = await it.line(5);
    await it.database.sql`
      insert into products (sku, title, price_minor, currency, substitutes, reviews, updated_at)
      values ('teapot', 'A teapot', 100, 'EUR', array['kettle'], '[]', ${it.clock.now()})`;
    const at = it.clock.now();
    const orders = [
      { customerId: line[0]!, sku: 'teapot' },
      { customerId: line[1]!, sku: 'kettle' },
      { customerId: line[2]!, sku: 'cup' },
      // What was cancelled was not bought.
      { customerId: line[3]!, sku: 'teapot', cancelledAt: at },
    ];
    await ordered(it.database.sql, ...orders.map((one) => ({ ...one, orderId: one.customerId, at })));
    await it.shelf(10);
    expect(await it.wave()).toMatchObject({ used: 3, goesOn: false });
    expect(await it.told()).toEqual(line.slice(2));
    expect(await waitingCount(it)).toBe(0);
  });

  test('and those of its category that cost about as much, where the list says so, as far as operators let them', async () => {
    const substitutes = { named: true, else: { sameCategory: true, priceWithin: 0.5 } } as const;
    const settings = { perUnit: 1, every: '1 hour', substitutesWithin: 0.5 };
    await using it = await startWatching(testWatch({ waiting: { ...lookers, substitutes }, settings }));
    const line = await it.line(3);
    const { sql } = it.database;
    await sql`
      insert into products (sku, title, price_minor, currency, category, substitutes, reviews, updated_at)
      select sku, sku, price, 'EUR', 'Pots', '{}', '[]', ${it.clock.now()}
      from (values ('teapot', 100), ('jug', 90), ('urn', 140)) p (sku, price)`;
    const at = it.clock.now();
    await ordered(
      sql,
      { orderId: '1', sku: 'jug', customerId: line[0]!, at },
      { orderId: '2', sku: 'urn', customerId: line[1]!, at },
    );
    await sql`
      insert into settings (scope, value, at)
      values ('journey:backAgain', ${sql.json({ settings: { substitutesWithin: 0.2 } })}, ${it.clock.now()})`;
    await it.shelf(10);
    expect(await it.wave()).toMatchObject({ used: 2 });
    expect(await it.told()).toEqual(line.slice(1));
    expect(await sql`select reason, bought_sku from waiting_entries where state = 'closed'`).toEqual([
      { reason: 'bought', bought_sku: 'jug' },
    ]);
  });
});

test('a page of a thousand passes the gate in as many statements as a page of ten', async () => {
  const statementsOf = async (count: number) => {
    await using it = await startWatching();
    await it.line(count);
    await it.shelf(count);
    const { sql } = it.database;
    await sql`
      insert into waves (run_id, wave, began_at, next_at, units, places, allowed)
      values (${it.runId}, 1, ${it.clock.now()}, ${it.clock.now()}, ${count}, ${count}, ${count})`;
    const statements: string[] = [];
    const options = sql.options as { debug?: unknown };
    options.debug = (_: number, statement: string) => statements.push(statement);
    try {
      await it.worker()(it.page());
    } finally {
      options.debug = false;
    }
    expect(await it.told()).toHaveLength(count);
    return statements;
  };
  const [ten, thousand] = [await statementsOf(10), await statementsOf(1_000)];
  expect(thousand).toEqual(ten);
  expect(ten.filter((statement) => statement.includes('from unrouted'))).toHaveLength(1);
  expect(ten.length).toBeLessThan(25);
});

describe('channels', () => {
  test('who cannot get a mail gets a text, in the order of the line', async () => {
    await using it = await startWatching();
    const phone = (n: number) => `+4930123456${String(n).padStart(2, '0')}`;
    const line = await it.line(30, (n) =>
      n % 3 === 0 ? { email: null, phone: phone(n), consents: ['sms'] } : {},
    );
    await it.shelf(20);
    expect(await it.wave()).toMatchObject({ used: 20, withheld: 0 });
    expect(await it.told()).toEqual(line.slice(0, 20));
    expect(it.channels.sms.calls).toHaveLength(7);
    expect(it.channels.email.calls.map((call) => call.length)).toEqual([13]);
  });

  test('a place kept for a channel that does not reach either is free again', async () => {
    await using it = await startWatching();
    const line = await it.line(30, (n) => (n < 10 ? { email: null } : {}));
    await it.shelf(12);
    expect(await it.wave()).toMatchObject({ used: 12, withheld: 10 });
    expect(await it.told()).toEqual(line.slice(10, 22));
    const [first] = (await it.ledger()).filter(({ customerId }) => customerId === line[0]);
    expect(first).toMatchObject({ state: 'withheld', reason: 'unreachable', channel: 'email' });
  });
});

describe('what holds back', () => {
  test('a customer whose newest event has not taken effect is looked at again', async () => {
    await using it = await startWatching();
    const line = await it.line(3);
    await it.database.sql`insert into unrouted (seq, user_id) values (1, ${`user-${line[0]!}`})`;
    await it.shelf(5);
    const serve = it.worker();
    const wave = await it.wave(async (page) => {
      expect(await serve(page)).toEqual({ next: null, lookAgain: true });
      expect(await serve({ ...page, look: 1 })).toEqual({ next: null, lookAgain: true });
      expect(await it.told()).toEqual(line.slice(1));
      await it.database.sql`delete from unrouted`;
      return serve({ ...page, look: 2 });
    });
    expect(wave).toMatchObject({ used: 3, goesOn: false });
    expect(await it.told()).toEqual(line);
  });

  test('a cap passes with time: the customer keeps their place', async () => {
    await using it = await startWatching();
    const line = await it.line(2);
    await it.database.sql`
      insert into contacts (event_id, customer_id, at) values (gen_random_uuid(), ${line[0]!}, ${it.clock.now()})`;
    await it.shelf(5);
    expect(await it.wave()).toMatchObject({ used: 1, withheld: 1, goesOn: true });
    it.pass('25 hours');
    expect(await it.wave()).toMatchObject({ used: 1, goesOn: false });
    expect(await it.told()).toEqual(line);
  });

  test('paused, the wave waits; resumed, it goes on and is gated again', async () => {
    await using it = await startWatching();
    await it.line(3);
    await it.shelf(5);
    const pausedAt = it.clock.now().toISOString();
    await it.database.sql`
      insert into settings (scope, value, at) values ('journey:backAgain', ${it.database.sql.json({ pausedAt })}, ${it.clock.now()})`;
    await expect(it.wave()).rejects.toMatchObject({ type: 'paused' });
    expect(await it.ledger()).toEqual([]);
    await it.database.sql`truncate settings`;
    await it.shelf(2);
    await it.worker()(it.page());
    expect(await it.told()).toHaveLength(2);
  });

  test('a run that was closed serves nobody', async () => {
    await using it = await startWatching();
    await it.line(3);
    await it.shelf(5);
    await it.wave(async () => {
      await it.database.sql`update runs set state = 'closed', outcome = 'cancelled'`;
      return it.worker()(it.page());
    });
    expect(await it.ledger()).toEqual([]);
  });
});

test('whoever has a trait that no template can make anything of holds up nobody else', async () => {
  const says = ({ customer }: { customer: object }) => ({
    text: render(plain, '{{ customer.tier | upcase }}', { customer }),
  });
  await using it = await startWatching(testWatch(), { render: says });
  const line = await it.line(3);
  const tier = (value: string | object) => ({
    tier: { value, origin: 'stated', at: it.clock.now().toISOString() },
  });
  const { sql } = it.database;
  await sql`update customers set traits = traits || ${sql.json(tier('gold') as never)}`;
  await sql`update customers set traits = traits || ${sql.json(tier({ toString: 1 }) as never)} where id = ${line[0]!}`;
  await it.shelf(3);
  expect(await it.wave()).toMatchObject({ used: 2, withheld: 1 });
  const [first] = (await it.ledger()).filter(({ state }) => state === 'withheld');
  expect(first!.verdicts[0]!.words).toContain(
    'asks for text in {{ customer.tier | upcase }}, which is not there',
  );
});

test('settings of the wave follow at once', async () => {
  await using it = await startWatching();
  await it.line(10);
  await it.shelf(2);
  await it.database.sql`
    insert into settings (scope, value, at)
    values ('journey:backAgain', ${it.database.sql.json({ settings: { perUnit: 3 } })}, ${it.clock.now()})`;
  expect(await it.wave()).toMatchObject({ places: 6, used: 6 });
});

test('ten thousand wait and all are told, by ten calls', async () => {
  await using it = await startWatching();
  const line = await it.line(10_000);
  await it.shelf(20_000);
  expect(await it.wave()).toMatchObject({ used: 10_000, goesOn: false });
  expect(it.channels.email.calls.map((call) => call.length)).toEqual(Array(10).fill(1_000));
  expect(await it.told()).toEqual(line);
});
