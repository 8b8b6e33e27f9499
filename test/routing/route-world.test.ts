import { describe, expect, test } from 'vitest';
import { stock } from '../../src/define/watch.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { bought, looked, stocked, testWatch } from '../support/watches.ts';

async function setup(watch = testWatch()) {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [], '2026-05-01T12:00:00.000Z', [watch]);
  return {
    ...routing,
    sql,
    /** Who waits or waited for what, as `user sku state reason`. */
    entries: async () => {
      const rows = await sql<Record<string, string | null>[]>`
        select coalesce((select min(external_id) from customer_ids i where i.customer_id = w.customer_id), '?') as user,
               w.sku, w.state, w.reason, to_char(w.since at time zone 'UTC', 'HH24:MI') as since
        from waiting_entries w order by w.since, 1, w.sku, w.state`;
      return rows.map((row) =>
        [row['user'], row['sku'], row['state'], row['reason'], row['since']].filter(Boolean).join(' '),
      );
    },
    units: async () => {
      const rows = await sql<{ sku: string; units: number }[]>`
        select sku, units::int as units from stock order by sku`;
      return Object.fromEntries(rows.map(({ sku, units }) => [sku, units]));
    },
    runs: () => sql`
      select name, version, subject, customer_id, key, n, state, workflow_id, first, carries, settings, last_seq
      from runs order by subject, n`,
    dispatches: async () => {
      const rows = await sql<{ subject: string; seq: number; kind: string; wake: string; units: number }[]>`
        select r.subject, d.seq, d.kind, d.event_name as wake, (d.carries ->> 'units')::int as units
        from dispatches d join runs r on r.id = d.run_id order by r.subject, r.n, d.seq`;
      return rows.map(({ subject, seq, kind, wake, units }) => `${subject} ${seq} ${kind} ${wake} ${units}`);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const at = (time: string) => ({ at: `2026-05-01T${time}:00.000Z` });

describe('stock', () => {
  test('is the sum over locations; the newest report of each counts, over batches too', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      stocked('pot', 3, { location: 'a', ...at('10:00') }),
      stocked('pot', 4, { location: 'b', ...at('10:00') }),
    );
    await it.acceptAndRoute(stocked('pot', 0, { location: 'a', ...at('11:00') }));
    await it.acceptAndRoute(
      stocked('pot', 9, { location: 'a', ...at('10:30') }),
      stocked('pan', 0, at('10:00')),
    );
    expect(await it.units()).toEqual({ pot: 4, pan: 0 });
    const [{ reports }] = (await it.sql`select count(*)::int as reports from events`) as unknown as [
      { reports: number },
    ];
    expect(reports, 'what has no effect is kept').toBe(5);
  });

  test('prices and forecasts: the newest of each source counts', async () => {
    await using it = await setup();
    const costs = (priceMinor: number, time: string): GivenEvent => ({
      ...{ kind: 'universal', name: 'price.changed', source: 'shop', subject: 'pot' },
      ...{ properties: { priceMinor, currency: 'EUR' }, ...at(time) },
    });
    const weather = (condition: string, time: string): GivenEvent => ({
      ...{ kind: 'universal', name: 'weather.forecast', source: 'met', subject: 'bremen' },
      ...{ properties: { day: '2026-05-02', condition, temperatureC: 1.5 }, ...at(time) },
    });
    await it.acceptAndRoute(
      costs(100, '10:00'),
      costs(120, '10:00'),
      weather('rain', '10:00'),
      weather('sun', '09:00'),
    );
    await it.acceptAndRoute(costs(90, '09:59'), weather('snow', '11:00'));
    expect(await it.sql`select sku, source, price_minor::int as price, currency from prices`).toEqual([
      { sku: 'pot', source: 'shop', price: 120, currency: 'EUR' },
    ]);
    expect(await it.sql`select type, subject, place, source, data from world_states`).toEqual([
      {
        ...{ type: 'weather.forecast', subject: 'bremen', place: '2026-05-02', source: 'met' },
        data: { day: '2026-05-02', condition: 'snow', temperatureC: 1.5 },
      },
    ]);
  });
});

describe('waiting entries', () => {
  test('a look depends on what was on the shelf at that point of one order', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      looked('unknown', 'pot', at('09:00')),
      stocked('pot', 1, at('09:10')),
      looked('on-shelf', 'pot', at('09:20')),
      stocked('pot', 0, at('09:30')),
      looked('in-time', 'pot', at('09:40')),
      looked('before', 'pot', at('09:25')),
      looked('elsewhere', 'pan', at('09:40')),
      stocked('pot', 1, at('09:50')),
      looked('back', 'pot', at('09:55')),
      looked('late', 'pot', at('09:45')),
    );
    expect(await it.entries()).toEqual(['in-time pot waiting 09:40']);
  });

  test('the same, one event a batch', async () => {
    await using it = await setup();
    await it.accept(
      stocked('pot', 0, at('09:30')),
      looked('in-time', 'pot', at('09:40')),
      looked('before', 'pot', at('09:25')),
      looked('in-time', 'pot', at('09:35')),
      stocked('pot', 1, at('09:50')),
      looked('back', 'pot', at('09:55')),
    );
    for (let i = 0; i < 6; i += 1) await it.route(1);
    expect(await it.entries()).toEqual(['in-time pot waiting 09:35']);
  });

  test('looking, carting, wishing and asking open one; nothing else does', async () => {
    await using it = await setup();
    const names = [
      ...['Product Viewed', 'Product Added', 'Product Added to Wishlist', 'Product Wished'],
      ...['Information Requested', 'Back In Stock Requested'],
    ];
    await it.acceptAndRoute(
      stocked('pot', 0),
      ...[...names, 'Product Shared', 'Product Removed'].map((name) => looked(name, 'pot', { name })),
      looked('a page', 'pot', { kind: 'page', name: 'Product Viewed' }),
    );
    expect((await it.entries()).map((entry) => entry.split(' pot')[0])).toEqual([...names].sort());
  });

  test('who asks to be told waits without having looked, whatever is believed to be on the shelf', async () => {
    await using it = await setup();
    const asks = (userId: string, sku: string, time: string) =>
      looked(userId, sku, { name: 'Back In Stock Requested', ...at(time) });
    await it.acceptAndRoute(
      stocked('pot', 5, at('09:00')),
      looked('looked', 'pot', at('09:10')),
      asks('asked', 'pot', '09:10'),
      asks('asked-of-unknown', 'pan', '09:10'),
      bought('has-it', ['pot'], at('09:30')),
    );
    await it.acceptAndRoute(asks('has-it', 'pot', '09:20'), asks('asked', 'pot', '09:15'));
    await it.acceptAndRoute({ ...asks('long-ago', 'pot', '08:00'), imported: true });
    const waiting = ['asked pot waiting 09:10', 'asked-of-unknown pan waiting 09:10'];
    expect(await it.entries()).toEqual(waiting);
    await it.acceptAndRoute(stocked('pot', 0, at('10:00')), asks('late', 'pot', '09:05'));
    expect(await it.entries(), 'a request from before it sold out counts').toEqual([
      'late pot waiting 09:05',
      ...waiting,
    ]);
    await it.sql`update waiting_entries set state = 'consumed', ended_at = '2026-05-01T10:30:00Z' where sku = 'pot'`;
    await it.acceptAndRoute(
      stocked('pot', 5, at('10:30')),
      asks('asked', 'pot', '10:20'),
      asks('late', 'pot', '10:40'),
    );
    expect(await it.entries(), 'once told, only a new request').toEqual([
      'late pot consumed 09:05',
      'asked pot consumed 09:10',
      'asked-of-unknown pan waiting 09:10',
      'late pot waiting 10:40',
    ]);
  });

  test('a product is meant by its sku, by the product with that product_id, or by product_id as the sku', async () => {
    await using it = await setup();
    await it.sql`
      insert into products (sku, product_id, title, price_minor, currency, substitutes, reviews, updated_at)
      values ('pot', '17', 'Pot', 100, 'EUR', '{}', '[]', ${it.clock.now()})`;
    await it.acceptAndRoute(
      stocked('pot', 0),
      stocked('pan', 0),
      looked('a', '', { properties: { sku: 'pot', product_id: '99' } }),
      looked('b', '', { properties: { product_id: 17 } }),
      looked('c', '', { properties: { product_id: 'pan' } }),
      looked('d', '', { properties: { name: 'pot' } }),
    );
    expect((await it.entries()).map((entry) => entry.split(' wait')[0]).sort()).toEqual([
      'a pot',
      'b pot',
      'c pan',
    ]);
  });

  test('an order of it or of a substitute closes, also when it comes late', async () => {
    await using it = await setup();
    await it.sql`
      insert into products (sku, title, price_minor, currency, substitutes, reviews, updated_at)
      values ('pot', 'Pot', 100, 'EUR', '{pan,wok}', '[]', ${it.clock.now()})`;
    await it.acceptAndRoute(
      stocked('pot', 0, at('09:00')),
      looked('same', 'pot', at('09:10')),
      looked('other', 'pot', at('09:10')),
      looked('earlier', 'pot', at('09:10')),
      looked('else', 'pot', at('09:10')),
      bought('first', ['wok'], at('09:30')),
      bought('cancelled', ['pot'], at('09:30')),
    );
    await it.sql`update orders set cancelled_at = ${it.clock.now()} where order_id = 'order of cancelled'`;
    await it.acceptAndRoute(
      bought('same', ['lid', 'pot'], at('09:20')),
      bought('other', ['wok'], at('09:20')),
      bought('earlier', ['pot'], at('09:05')),
      bought('else', ['lid'], at('09:20')),
      looked('first', 'pot', at('09:25')),
      looked('cancelled', 'pot', at('09:25')),
      looked('same', 'pot', at('09:15')),
    );
    expect(await it.entries()).toEqual([
      'earlier pot waiting 09:10',
      'else pot waiting 09:10',
      'other pot closed bought 09:10',
      'same pot closed bought 09:10',
      'cancelled pot waiting 09:25',
    ]);
    await it.acceptAndRoute(looked('same', 'pot', at('09:40')));
    expect(await it.entries()).toContain('same pot waiting 09:40');
  });

  test('where none is named, a product of its category that costs about as much serves as well', async () => {
    await using it = await setup();
    await it.sql`
      insert into products (sku, title, price_minor, currency, category, substitutes, reviews, updated_at)
      select sku, sku, price, 'EUR', category, '{}', '[]', ${it.clock.now()}
      from (values ('pot', 100, 'Pots'), ('near', 115, 'Pots'), ('dear', 130, 'Pots'), ('lid', 100, 'Lids'))
        p (sku, price, category)`;
    const buyers = ['near', 'dear', 'lid'];
    await it.acceptAndRoute(
      stocked('pot', 0, at('09:00')),
      ...buyers.map((user) => looked(user, 'pot', at('09:10'))),
      ...['v', 'u'].map((anonymousId) => ({
        ...looked('', 'pot', at('09:15')),
        userId: undefined!,
        anonymousId,
      })),
    );
    await it.acceptAndRoute(
      ...buyers.map((sku) => bought(sku, [sku], at('09:20'))),
      looked('first', 'lid', at('09:00')),
    );
    await it.acceptAndRoute(bought('first', ['near'], at('09:20')), looked('first', 'pot', at('09:18')));
    // Who becomes one with a buyer of a substitute.
    await it.acceptAndRoute({ kind: 'identify', userId: 'near', anonymousId: 'v' });
    const entries = ['dear pot waiting 09:10', 'lid pot waiting 09:10', 'near pot closed bought 09:10'];
    expect(await it.entries()).toEqual([...entries, 'near pot closed bought 09:15', 'u pot waiting 09:15']);
    expect(await it.sql`select distinct bought_sku from waiting_entries where state = 'closed'`).toEqual([
      { bought_sku: 'near' },
    ]);
  });

  test('an operator narrows what serves as well; of two watches that serve one list both have to agree', async () => {
    const settings = { perUnit: 2, every: '1 hour', substitutesWithin: 0.2 };
    await using it = await setup(testWatch({ settings }));
    it.context.watches = [...it.context.watches, testWatch({ name: 'other', settings })];
    await it.sql`
      insert into products (sku, title, price_minor, currency, category, substitutes, reviews, updated_at)
      select sku, sku, price, 'EUR', 'Pots', '{}', '[]', ${it.clock.now()} from (values ('pot', 100), ('near', 115)) p (sku, price)`;
    await it.sql`insert into settings (scope, value, at) values ('journey:other', '{"settings": {"substitutesWithin": 0.1}}', ${it.clock.now()})`;
    await it.acceptAndRoute(stocked('pot', 0, at('09:00')), looked('u', 'pot', at('09:10')));
    await it.acceptAndRoute(bought('u', ['near'], at('09:20')));
    expect(await it.entries()).toEqual(['u pot waiting 09:10']);
    await it.sql`update settings set value = '{"settings": {"substitutesWithin": 0.15}}'`;
    await it.acceptAndRoute(bought('u', ['near'], { order: 'second', ...at('09:30') }));
    expect(await it.entries()).toEqual(['u pot closed bought 09:10']);
  });

  test('an order reported twice is one, with its earliest time', async () => {
    await using it = await setup();
    await it.acceptAndRoute(bought('u', ['pot'], at('09:20')), bought('u', ['pot', 'pan'], at('09:21')));
    await it.acceptAndRoute(bought('u', ['pot'], at('09:19')));
    const lines = await it.sql`
      select order_id, sku, to_char(ordered_at at time zone 'UTC', 'HH24:MI') as at from order_lines order by sku`;
    expect(lines).toEqual([
      { order_id: 'order of u', sku: 'pan', at: '09:21' },
      { order_id: 'order of u', sku: 'pot', at: '09:19' },
    ]);
  });

  test('once consumed only a new look opens another', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 0, at('09:00')), looked('u', 'pot', at('09:10')));
    await it.sql`update waiting_entries set state = 'consumed', ended_at = '2026-05-01T09:30:00Z'`;
    await it.acceptAndRoute(looked('u', 'pot', at('09:20')));
    expect(await it.entries()).toEqual(['u pot consumed 09:10']);
    await it.acceptAndRoute(looked('u', 'pot', at('09:40')), looked('u', 'pot', at('09:15')));
    expect(await it.entries()).toEqual(['u pot consumed 09:10', 'u pot waiting 09:40']);
  });

  test('without a watch that serves a list nobody waits; what was bought is kept all the same', async () => {
    await using it = await setup();
    it.context.watches = [];
    await it.acceptAndRoute(stocked('pot', 0), looked('u', 'pot'), bought('u', ['pan']));
    expect(await it.entries()).toEqual([]);
    expect(await it.sql`select sku from order_lines`).toEqual([{ sku: 'pan' }]);
  });
});

describe('two customers who become one', () => {
  const visitor = (anonymousId: string, event: GivenEvent): GivenEvent => {
    const { userId: _, ...rest } = event;
    return { ...rest, anonymousId };
  };
  const joins = (userId: string, anonymousId: string): GivenEvent => ({
    kind: 'identify',
    userId,
    anonymousId,
  });

  test('wait once, since the earlier look, and have asked when one of them last did', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      stocked('pot', 0, at('09:00')),
      stocked('pan', 0, at('09:00')),
      looked('u', 'pot', at('09:20')),
      visitor('v', looked('', 'pot', at('09:10'))),
      visitor('v', looked('', 'pan', at('09:30'))),
    );
    const askedAt = '2026-06-01T12:00:00.000Z';
    await it.sql`update waiting_entries set asked_at = ${askedAt} where sku = 'pot' and since >= '2026-05-01T09:20:00Z'`;
    await it.acceptAndRoute(joins('u', 'v'));
    const asked = await it.sql<{ at: Date }[]>`
      select asked_at as at from waiting_entries where sku = 'pot' and state = 'waiting'`;
    expect(asked.map((one) => one.at.toISOString())).toEqual([askedAt]);
    expect(await it.entries()).toEqual([
      'u pot waiting 09:10',
      'u pot closed merged 09:20',
      'u pan waiting 09:30',
    ]);
    expect((await it.sql`select distinct customer_id from waiting_entries`).length).toBe(1);
  });

  test('do not wait for what one of them bought, or was told of, after the other looked', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      stocked('pot', 0, at('09:00')),
      stocked('pan', 0, at('09:00')),
      stocked('lid', 0, at('09:00')),
      ...['pot', 'pan', 'lid'].map((sku) => visitor('v', looked('', sku, at('09:10')))),
      looked('u', 'pan', at('09:20')),
      bought('u', ['pot'], at('09:20')),
      bought('u', ['lid'], { order: 'before', ...at('09:05') }),
    );
    await it.sql`
      update waiting_entries set state = 'consumed', ended_at = '2026-05-01T09:30:00Z'
      where sku = 'pan' and since = '2026-05-01T09:20:00Z'`;
    await it.acceptAndRoute(joins('u', 'v'));
    expect((await it.entries()).sort()).toEqual([
      'u lid waiting 09:10',
      'u pan closed merged 09:10',
      'u pan consumed 09:20',
      'u pot closed bought 09:10',
    ]);
  });

  test('in one batch come to the same', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      stocked('pot', 0, at('09:00')),
      looked('u', 'pot', at('09:20')),
      visitor('v', looked('', 'pot', at('09:10'))),
      joins('u', 'v'),
    );
    expect(await it.entries()).toEqual(['u pot waiting 09:10']);
  });
});

describe('watches', () => {
  test('the first crossing opens a run; it is told of the others, in order', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 5, at('09:00')));
    expect(await it.runs(), 'from an unknown stock there is no crossing').toEqual([]);
    await it.acceptAndRoute(stocked('pot', 3, at('09:10')), stocked('pot', 0, at('09:20')));
    await it.acceptAndRoute(looked('u', 'pot', at('09:25')));
    await it.acceptAndRoute(stocked('pot', 7, at('09:30')), stocked('pot', 6, at('09:40')));
    expect(await it.runs()).toEqual([
      {
        ...{
          name: 'backInStock',
          version: 1,
          subject: 'pot',
          customer_id: null,
          key: '',
          n: 1,
          state: 'open',
        },
        workflow_id: 'backInStock/pot//1',
        first: { at: Date.parse('2026-05-01T09:20:00.000Z'), device: null },
        carries: { wake: 'soldOut', units: 0 },
        settings: { perUnit: 2, every: '1 hour' },
        last_seq: 1,
      },
    ]);
    expect(await it.dispatches()).toEqual(['pot 0 start soldOut 0', 'pot 1 event restocked 7']);
  });

  test('with the first who waits a run opens and waits in sight; the others tell it nothing', async () => {
    await using it = await setup(
      testWatch({ opens: 'when waited for', wakes: { restocked: stock.rises(0) } }),
    );
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0), stocked('pan', 0));
    expect(await it.dispatches(), 'nobody waits').toEqual([]);
    await it.acceptAndRoute(looked('u', 'pot'), looked('v', 'pot'));
    await it.acceptAndRoute(looked('w', 'pot'));
    expect(await it.dispatches()).toEqual(['pot 0 start waitedFor null']);
    await it.acceptAndRoute(stocked('pot', 2), stocked('pan', 2));
    expect(await it.dispatches()).toEqual(['pot 0 start waitedFor null', 'pot 1 event restocked 2']);
  });

  test('any declared crossing opens; one batch may open and tell', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 0), looked('u', 'pot'));
    await it.acceptAndRoute(stocked('pot', 4), stocked('pot', 0), stocked('pan', 2));
    expect(await it.dispatches()).toEqual(['pot 0 start restocked 4', 'pot 1 event soldOut 0']);
  });

  test('what comes back while nobody waits for it is told to no watch', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 0), stocked('pan', 0), looked('u', 'pot'));
    await it.acceptAndRoute(bought('u', ['pot']), looked('v', 'pan'));
    expect(await it.acceptAndRoute(stocked('pot', 4), stocked('pan', 4))).toMatchObject({ dispatches: 1 });
    expect(await it.dispatches()).toEqual(['pan 0 start restocked 4']);
  });

  test('what crosses nothing writes no dispatch', async () => {
    await using it = await setup(testWatch({ wakes: { low: stock.falls(3) } }));
    const outcome = await it.acceptAndRoute(
      ...[9, 4, 8, 4].map((units) => stocked('pot', units)),
      {
        kind: 'universal',
        name: 'price.changed',
        source: 's',
        subject: 'pot',
        properties: { priceMinor: 1, currency: 'EUR' },
      },
      {
        kind: 'universal',
        name: 'moment.occurred',
        source: 's',
        subject: 'fair',
        properties: { title: 'A fair' },
      },
    );
    expect(outcome).toEqual({ kind: 'routed', events: 6, dispatches: 0 });
    expect((await it.sql`select 1 from dispatches`).length).toBe(0);
    expect(await it.acceptAndRoute(stocked('pot', 2))).toMatchObject({ dispatches: 1 });
  });

  test('after a run was closed the next crossing opens another', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    await it.sql`update runs set state = 'closed', outcome = 'terminated', closed_at = ${it.clock.now()}`;
    await it.acceptAndRoute(looked('u', 'pot'));
    await it.acceptAndRoute(stocked('pot', 1));
    expect((await it.runs()).map((run) => [run['workflow_id'], run['state']])).toEqual([
      ['backInStock/pot//1', 'closed'],
      ['backInStock/pot//2', 'open'],
    ]);
  });

  test('settings of operators go into the runs that begin', async () => {
    await using it = await setup();
    await it.sql`
      insert into settings (scope, value, at)
      values ('journey:backInStock', ${it.sql.json({ settings: { perUnit: 5 } })}, ${it.clock.now()})`;
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    expect((await it.runs())[0]!['settings']).toEqual({ perUnit: 5, every: '1 hour' });
  });

  test('a sku that is no plain name stands in the workflow id as its keyed hash', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('a pot, red', 1), stocked('a pot, red', 0));
    const [run] = await it.runs();
    expect(run).toMatchObject({ subject: 'a pot, red' });
    expect(run!['workflow_id']).toMatch(/^backInStock\/~[\w-]{22}\/\/1$/);
  });

  test('of what a run was told the last is kept, and all that Temporal is still owed', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    await it.sql`
      insert into dispatches (run_id, seq, kind, event_name, occurred_at, carries, done_at)
      select id, seq, 'event', 'restocked', opened_at, '{"units": 1}', case when seq = 3 then null else opened_at end
      from runs, generate_series(1, 200) seq`;
    await it.sql`update runs set last_seq = 200`;
    await it.acceptAndRoute(looked('u', 'pot'), stocked('pot', 1));
    const kept = await it.sql<{ seq: number }[]>`select seq from dispatches order by seq`;
    expect(kept.map(({ seq }) => seq)).toEqual([0, 3, ...Array.from({ length: 100 }, (_, i) => 102 + i)]);
  });

  test('a sku that flickers all the time owes Temporal two dispatches a batch', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 0), looked('u', 'pot'));
    const flicker = Array.from({ length: 600 }, (_, i) => stocked('pot', i % 2));
    await it.accept(...flicker);
    const outcomes = [await it.route(200), await it.route(200), await it.route(200)];
    expect(outcomes.map((outcome) => outcome.kind === 'routed' && outcome.dispatches)).toEqual([2, 2, 2]);
    expect((await it.dispatches()).map((line) => line.split(' ')[3])).toEqual([
      ...['soldOut', 'restocked', 'soldOut', 'restocked', 'soldOut', 'restocked'],
    ]);
  });
});
