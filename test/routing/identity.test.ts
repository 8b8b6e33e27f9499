import { describe, expect, test } from 'vitest';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { findCustomer } from '../../src/db/queries/find-customer.ts';
import { newId } from '../../src/ids.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [abandonedCart]);
  return {
    ...routing,
    sql,
    /** The customers who are not joined to another, each by all of their ids. */
    async people() {
      const rows = await sql<{ ids: string[] }[]>`
        select array_agg(i.external_id order by i.external_id) as ids
        from customers c join customer_ids i on i.customer_id = c.id
        where c.merged_into is null group by c.id order by 1`;
      return rows.map((row) => row.ids);
    },
    events: async (id: string) =>
      (
        await sql`select e.name from customer_events ce join events e using (seq)
                  join customer_ids i on i.customer_id = ce.customer_id where i.external_id = ${id} order by seq`
      ).map((row) => row['name'] as string | null),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const seen = (ids: Partial<GivenEvent>, name = 'x'): GivenEvent => ({ name, ...ids });
const added = (ids: Partial<GivenEvent>, cart = 'c1'): GivenEvent => ({
  name: 'Product Added',
  properties: { cart_id: cart, product_id: 'p1' },
  ...ids,
});

describe('whose event it is', () => {
  test('an event with both ids joins the visitor to the user, in one batch and in several', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      seen({ anonymousId: 'a1' }, 'first'),
      seen({ userId: 'u1', anonymousId: 'a1' }, 'second'),
    );
    await it.acceptAndRoute(seen({ anonymousId: 'a2' }, 'third'));
    await it.acceptAndRoute(
      seen({ userId: 'u1', anonymousId: 'a2' }, 'fourth'),
      seen({ anonymousId: 'a2' }, 'fifth'),
    );
    expect(await it.people()).toEqual([['a1', 'a2', 'u1']]);
    expect(await it.events('u1')).toEqual(['first', 'second', 'third', 'fourth', 'fifth']);
  });

  test('on a shared device the visitor moves to the newest user and the past stays with the first', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      seen({ anonymousId: 'a1' }, 'before'),
      seen({ userId: 'u1', anonymousId: 'a1' }, 'u1 in'),
    );
    await it.acceptAndRoute(
      seen({ userId: 'u2', anonymousId: 'a1' }, 'u2 in'),
      seen({ anonymousId: 'a1' }, 'u2 on'),
    );
    expect(await it.people()).toEqual([['a1', 'u2'], ['u1']]);
    expect(await it.events('u1')).toEqual(['before', 'u1 in']);
    expect(await it.events('u2')).toEqual(['u2 in', 'u2 on']);
  });

  test('an alias joins a visitor with any key, and two known users with the admin key only', async () => {
    await using it = await setup();
    await it.acceptAndRoute(seen({ anonymousId: 'a1' }), seen({ userId: 'u1' }), seen({ userId: 'u2' }));
    await it.acceptAndRoute({ kind: 'alias', userId: 'u1', previousId: 'a1' });
    expect(await it.people()).toEqual([['a1', 'u1'], ['u2']]);
    await it.acceptAndRoute({ kind: 'alias', userId: 'u2', previousId: 'u1', admin: true });
    expect(await it.people()).toEqual([['a1', 'u1', 'u2']]);
  });

  test('an alias gives a known user a new id with any key, as its answer said it would', async () => {
    await using it = await setup();
    await it.acceptAndRoute(seen({ userId: 'u1' }));
    await it.acceptAndRoute({ kind: 'alias', userId: 'new', previousId: 'u1' });
    expect(await it.people()).toEqual([['new', 'u1']]);
  });

  test('an alias joins the visitor it came from as well', async () => {
    await using it = await setup();
    await it.acceptAndRoute(seen({ anonymousId: 'browser' }));
    await it.acceptAndRoute({ kind: 'alias', userId: 'u1', previousId: 'a1', anonymousId: 'browser' });
    expect(await it.people()).toEqual([['a1', 'browser', 'u1']]);
  });

  test('merges in a chain, within one batch and over several, lead to the last survivor', async () => {
    await using it = await setup();
    await it.acceptAndRoute(...['a', 'b', 'c', 'd'].map((userId) => seen({ userId }, userId)));
    const alias = (previousId: string, userId: string): GivenEvent => ({
      kind: 'alias',
      userId,
      previousId,
      admin: true,
    });
    await it.acceptAndRoute(alias('a', 'b'), alias('b', 'c'));
    await it.acceptAndRoute(alias('c', 'd'), seen({ userId: 'a' }, 'again'));
    expect(await it.people()).toEqual([['a', 'b', 'c', 'd']]);
    expect(await it.events('d')).toEqual(['a', 'b', 'c', 'd', null, null, null, 'again']);
    const joined = await it.sql<{ id: string }[]>`select id from customers where merged_into is not null`;
    const survivors = await Promise.all(joined.map(({ id }) => findCustomer(it.sql, id, 'id')));
    expect(survivors).toEqual(Array(3).fill(await findCustomer(it.sql, 'd', 'userId')));
  });
});

describe('when two customers become one', () => {
  test('of two open runs with one key the older survives, the other ends merged, an ending still ends it', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ userId: 'u1' }));
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(added({ anonymousId: 'a1' }), added({ anonymousId: 'a1' }, 'c2'));
    await it.acceptAndRoute(seen({ userId: 'u1', anonymousId: 'a1' }));
    const runs = () => it.sql`select key, state, outcome from runs order by opened_at, key`;
    expect(await runs()).toEqual([
      { key: 'c1', state: 'open', outcome: null },
      { key: 'c1', state: 'closed', outcome: 'merged' },
      { key: 'c2', state: 'open', outcome: null },
    ]);
    await it.acceptAndRoute({ name: 'Order Completed', anonymousId: 'a1', properties: { order_id: 'o' } });
    expect((await runs()).map((run) => run['outcome'])).toEqual(['ordered', 'merged', 'ordered']);
  });

  test('a run that closes itself during the merge is not the survivor: the other stays open', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ userId: 'u1' }));
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(added({ anonymousId: 'a1' }));
    await it.accept(seen({ userId: 'u1', anonymousId: 'a1' }));
    const routing = await it.sql.begin(async (tx) => {
      await tx`
        update runs set state = 'closed', outcome = 'lost', closed_at = opened_at
        where id = (select id from runs order by opened_at limit 1)`;
      const routed = it.route();
      await eventually('routing waits for the run that closes', async () => {
        const waiting = await it.sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return waiting.length > 0;
      });
      return { routed };
    });
    await routing.routed;
    expect(await it.sql`select state, outcome from runs order by opened_at`).toEqual([
      { state: 'closed', outcome: 'lost' },
      { state: 'open', outcome: null },
    ]);
  });

  test('a merge touches no other customer: those joined before are not searched for, nor locked', async () => {
    await using it = await setup();
    await it.acceptAndRoute(...['a', 'b', 'c'].map((userId) => seen({ userId })));
    await it.acceptAndRoute({ kind: 'alias', userId: 'b', previousId: 'a', admin: true });
    await it.accept({ kind: 'alias', userId: 'c', previousId: 'b', admin: true });
    await it.sql.begin(async (tx) => {
      // As the gate does, which then follows to the survivor.
      await tx`select id from customers where merged_into is not null for update`;
      expect(await it.route()).toMatchObject({ kind: 'routed', events: 1 });
    });
    expect(await it.people()).toEqual([['a', 'b', 'c']]);
  });

  test.for(['one batch', 'several batches'])(
    'an order of the one ends the run that the other had begun before it, in %s',
    async (batches) => {
      await using it = await setup();
      const events: GivenEvent[] = [
        added({ anonymousId: 'a1', context: { traits: { email: 'a1@example.test' } } }),
        { ...added({ anonymousId: 'a1' }, 'c2'), at: '2026-05-01T12:30:00.000Z' },
        {
          name: 'Order Completed',
          userId: 'u1',
          at: '2026-05-01T12:10:00.000Z',
          properties: { order_id: 'o' },
        },
        seen({ userId: 'u1', anonymousId: 'a1' }),
      ];
      it.moveTo('2026-05-01T12:30:00.000Z');
      events[0]!.at = '2026-05-01T12:00:00.000Z';
      if (batches === 'one batch') await it.acceptAndRoute(...events);
      else for (const event of events) await it.acceptAndRoute(event);
      expect(await it.sql`select key, outcome from runs order by key`).toEqual([
        { key: 'c1', outcome: 'ordered' },
        { key: 'c2', outcome: null },
      ]);
      const owed = await it.sql`select kind from dispatches order by place`;
      expect(owed.map((row) => row['kind'])).toEqual(['start', 'start', 'end']);
    },
  );

  test('the run that has sent survives, though it is the younger', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ userId: 'u1' }));
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(added({ anonymousId: 'a1' }));
    await it.sql`
      insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, verdicts, at)
      select ${newId(it.clock)}, r.id, r.customer_id, r.name, 'cart-nudge', 1, 'help', 'accepted', '[]', r.opened_at
      from runs r order by opened_at desc limit 1`;
    await it.acceptAndRoute(seen({ userId: 'u1', anonymousId: 'a1' }));
    const runs = await it.sql`select outcome from runs order by opened_at`;
    expect(runs.map((run) => run['outcome'])).toEqual(['merged', null]);
  });

  test('stated traits and the stricter consent stay, carts are joined', async () => {
    await using it = await setup();
    const consent = (email: boolean) => ({ consent: { channels: { email } } });
    await it.acceptAndRoute(
      {
        kind: 'identify',
        userId: 'u1',
        traits: { city: 'Rome', stated: { size: 'M' } },
        context: consent(false),
      },
      added({ userId: 'u1' }),
    );
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(
      { kind: 'identify', anonymousId: 'a1', traits: { city: 'Oslo', size: 'XL' }, context: consent(true) },
      { ...added({ anonymousId: 'a1' }), properties: { cart_id: 'c1', product_id: 'p2' } },
    );
    await it.acceptAndRoute(seen({ userId: 'u1', anonymousId: 'a1' }));
    const [customer] = await it.sql`select id, traits from customers where merged_into is null`;
    expect(customer!['traits']).toMatchObject({
      city: { value: 'Oslo', origin: 'observed' },
      size: { value: 'M', origin: 'stated' },
    });
    const [newest] = await it.sql`
      select state from consents where customer_id = ${customer!['id'] as string} order by at desc, id desc limit 1`;
    expect(newest!['state']).toBe('denied');
    const carts = await it.sql<{ lines: { line: string }[] }[]>`select lines from carts`;
    expect(carts.map(({ lines }) => lines.map(({ line }) => line))).toEqual([['p1', 'p2']]);
  });

  test('the arm key of whoever was exposed first stays, else the older profile; different arms are crossed', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ userId: 'u1' }));
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(added({ anonymousId: 'a1' }));
    const before = await it.sql`select id, arm_key from customers order by created_at`;
    for (const [index, arm] of (['treated', 'held-out'] as const).entries()) {
      await it.sql`
        insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, arm, verdicts, at)
        select ${newId(it.clock)}, r.id, r.customer_id, r.name, 'cart-nudge', 1, 'help', 'accepted', ${arm}, '[]',
          r.opened_at - ${index} * interval '1 hour'
        from runs r where r.customer_id = ${before[index]!['id'] as string}`;
    }
    await it.acceptAndRoute(seen({ userId: 'u1', anonymousId: 'a1' }));
    const [survivor] = await it.sql`select arm_key, crossed from customers where merged_into is null`;
    expect(survivor).toEqual({ arm_key: before[1]!['arm_key'] as string, crossed: true });
  });

  test('whose first would-send was called for nobody was exposed then, also if a later wave decided anew', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ userId: 'u1' }));
    await it.acceptAndRoute(added({ anonymousId: 'a1' }));
    const before = await it.sql`select id, arm_key from customers order by id`;
    const ledger = [
      { at: '2026-05-01T15:00:00Z', decidedAt: ['2026-05-01T13:00:00Z', '2026-05-01T15:00:00Z'] },
      { at: '2026-05-01T14:00:00Z', decidedAt: ['2026-05-01T14:00:00Z'] },
    ];
    for (const [index, { at, decidedAt }] of ledger.entries()) {
      const verdicts = decidedAt.map((when) => ({
        at: when,
        channel: 'email',
        state: 'intended',
        reason: null,
      }));
      await it.sql`
        insert into deliveries (id, run_id, customer_id, name, message, purpose, state, arm, verdicts, at)
        values (${newId(it.clock)}, ${newId(it.clock)}, ${before[index]!['id'] as string}, 'back', 'back', 'help',
          'accepted', 'treated', ${it.sql.json(verdicts)}, ${at})`;
    }
    await it.acceptAndRoute(seen({ userId: 'u1', anonymousId: 'a1' }));
    const [survivor] = await it.sql`select arm_key from customers where merged_into is null`;
    expect(survivor!['arm_key']).toBe(before[0]!['arm_key']);
  });
});
