import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { newId } from '../../src/ids.ts';
import { event } from '../../src/define/event.ts';
import { armKeyOf } from '../../src/domain/holdout.ts';
import { consentThatHolds } from '../../src/domain/consent.ts';
import { consentWords } from '../../src/db/queries/merge-consents.ts';
import { runRouter } from '../../src/routing/router.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';

const database = emptiedDatabase();
const cart = testJourney('cart', {
  per: 'cart_id',
  hears: { viewed: event('Product Viewed') },
  ends: { ordered: event('Order Completed') },
});

async function setup() {
  const opened = await database();
  const { sql } = opened;
  const routing = routingOver(sql, [cart]);
  return {
    ...routing,
    sql,
    /** Each event in a batch of its own. */
    async oneByOne(...events: GivenEvent[]) {
      for (const given of events) await routing.acceptAndRoute(given);
    },
    /** The customers who are not joined to another: ids, arm key, open runs, and what holds of their consents. */
    async people() {
      const rows = await sql<{ id: string; ids: string[]; armKey: string; open: string[] }[]>`
        select c.id, c.arm_key as "armKey",
          array(select external_id from customer_ids i where i.customer_id = c.id order by 1) as ids,
          array(select key from runs r where r.customer_id = c.id and r.state = 'open' order by 1) as open
        from customers c where c.merged_into is null order by ids`;
      const words = await sql.begin((tx) =>
        consentWords(
          tx,
          rows.map(({ id }) => id),
        ),
      );
      return rows.map(({ id, ...row }) => {
        const own = words.filter(({ customerId }) => customerId === id);
        return { ...row, consents: ['', 'news'].map((topic) => consentThatHolds(own, topic)?.state ?? null) };
      });
    },
    runs: () => sql`select key, state, outcome from runs order by opened_at, id`,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

const added = (ids: Partial<GivenEvent>, key = 'c1'): GivenEvent => ({
  name: 'Product Added',
  properties: { cart_id: key, product_id: 'p1' },
  ...ids,
});
const alias = (previousId: string, userId: string): GivenEvent => {
  return { kind: 'alias', userId, previousId, admin: true };
};
const joins = (userId: string, anonymousId: string): GivenEvent => ({
  kind: 'identify',
  userId,
  anonymousId,
});

describe('many become one', () => {
  const users = ['a', 'b', 'c', 'd'];
  const chain = [alias('b', 'c'), alias('a', 'b'), alias('c', 'd')];

  test.for(['one batch', 'several batches'])('in a chain with open runs of one key, in %s', async (how) => {
    await using it = await setup();
    // The oldest is neither at the end nor at the beginning of the chain; each has heard something.
    for (const userId of ['c', 'a', 'd', 'b']) {
      await it.acceptAndRoute(added({ userId }), { ...added({ userId }), name: 'Product Viewed' });
      it.moveTo(new Date(it.clock.now().getTime() + 60_000).toISOString());
    }
    const [oldest] = await it.sql`select id from runs order by opened_at limit 1`;
    if (how === 'one batch') await it.acceptAndRoute(...chain);
    else await it.oneByOne(...chain);
    expect(await it.people()).toMatchObject([{ ids: users, armKey: armKeyOf('c'), open: ['c1'] }]);
    expect((await it.runs()).map(({ outcome }) => outcome as string)).toEqual([
      null,
      ...Array<string>(3).fill('merged'),
    ]);
    const owed = await it.sql`
      select d.seq, d.kind from dispatches d where run_id = ${oldest!['id'] as string} and done_at is null
      order by seq`;
    expect(owed).toEqual([{ seq: 0, kind: 'start' }, ...[1, 2, 3, 4].map((seq) => ({ seq, kind: 'event' }))]);
    const leadsTo = await it.sql`
      select from customers c where merged_into is not null and not exists (
        select from customers s where s.id = c.merged_into)`;
    expect(leadsTo).toEqual([]);
  });

  test('in both directions at once, and in a ring: one is left, and leads nowhere else', async () => {
    await using it = await setup();
    await it.oneByOne(...users.map((userId) => added({ userId }, `of-${userId}`)));
    await it.acceptAndRoute(alias('a', 'b'), alias('b', 'a'));
    await it.acceptAndRoute(alias('c', 'd'), alias('d', 'a'), alias('b', 'c'));
    await it.acceptAndRoute(alias('a', 'd'));
    expect(await it.people()).toMatchObject([{ ids: users, open: users.map((id) => `of-${id}`) }]);
  });

  test('nothing is renamed: runs, workflows and deliveries keep what they are called, and the next run is new', async () => {
    await using it = await setup();
    await it.oneByOne(added({ userId: 'a' }), added({ userId: 'b' }), added({ userId: 'b' }, 'c2'));
    await it.sql`
      insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, verdicts, at)
      select ${newId(it.clock)}, r.id, r.customer_id, r.name, 'nudge', 1, 'help', 'accepted', '[]', r.opened_at
      from runs r where key = 'c2'`;
    const names = () => it.sql`
      select r.id, r.workflow_id, r.name, r.key, r.n, d.id as delivery, d.run_id, d.message, d.nth, d.name as of
      from runs r left join deliveries d on d.run_id = r.id order by r.id`;
    const before = await names();
    await it.acceptAndRoute(alias('b', 'a'));
    expect(await names()).toEqual(before);
    await it.acceptAndRoute({ name: 'Order Completed', userId: 'b', properties: { order_id: 'o' } });
    await it.acceptAndRoute(added({ userId: 'b' }, 'c2'), added({ userId: 'a' }));
    const now = await it.sql<{ key: string; n: number }[]>`select key, n from runs where state = 'open'`;
    expect(now.map(({ key, n }) => `${key}/${n}`).sort()).toEqual(['c1/2', 'c2/2']);
  });
});

test('a tablet of three users: each has what they did, and what nobody signed for is the newest of theirs', async () => {
  await using it = await setup();
  const tablet = { anonymousId: 'tablet' };
  await it.oneByOne(
    added(tablet, 'before'),
    joins('u1', 'tablet'),
    added(tablet, 'u1s'),
    joins('u2', 'tablet'),
    added(tablet, 'u2s'),
  );
  await it.acceptAndRoute(joins('u3', 'tablet'), added(tablet, 'u3s'), joins('u1', 'tablet'));
  await it.oneByOne(added(tablet, 'again'), { name: 'Product Viewed', ...tablet });
  const people = await it.people();
  expect(people.map(({ ids, open }) => [ids, open])).toEqual([
    [
      ['tablet', 'u1'],
      ['again', 'before', 'u1s'],
    ],
    [['u2'], ['u2s']],
    [['u3'], ['u3s']],
  ]);
});

describe('the stricter consent stays', () => {
  const says = (ids: Partial<GivenEvent>, channels: Record<string, boolean>): GivenEvent => ({
    kind: 'identify',
    ...ids,
    context: { consent: { channels } },
  });
  const u1 = { userId: 'u1' };
  const a1 = { anonymousId: 'a1' };

  test.for<[string, Record<string, boolean>, Record<string, boolean>, [string | null, string | null]]>([
    ['refused by the older', { email: false }, { email: true }, ['denied', 'denied']],
    ['refused by the younger', { email: true }, { email: false }, ['denied', 'denied']],
    ['of a topic only', { email: true, 'email:news': false }, { email: true }, ['granted', 'denied']],
    ['of all, against a topic', { email: false }, { 'email:news': true }, ['denied', 'denied']],
    ['of a topic, against all', { 'email:news': false }, { email: true }, ['granted', 'denied']],
    ['never asked is no refusal', {}, { email: true }, ['granted', 'granted']],
    ['of another channel', { sms: false }, { email: true }, ['granted', 'granted']],
  ])('%s', async ([, first, second, holds]) => {
    await using it = await setup();
    await it.acceptAndRoute(says(a1, first));
    it.moveTo('2026-05-01T13:00:00.000Z');
    await it.acceptAndRoute(says(u1, second));
    it.moveTo('2026-05-01T14:00:00.000Z');
    await it.acceptAndRoute(joins('u1', 'a1'));
    const words = await it.sql.begin(async (tx) => {
      const ids = await tx<{ id: string }[]>`select id from customers where merged_into is null`;
      return (await consentWords(tx, [ids[0]!.id])).filter(({ channel }) => channel === 'email');
    });
    expect(['', 'news'].map((topic) => consentThatHolds(words, topic)?.state ?? null)).toEqual(holds);
  });

  test.for([
    ['one-click', 'one-click'],
    ['call', 'merge'],
  ] as const)(
    'refused by %s it is kept as by %s: who left by a link out still gets what is owed',
    async ([source, kept]) => {
      await using it = await setup();
      await it.acceptAndRoute(says(a1, {}));
      await it.sql`
      insert into consents (id, customer_id, channel, state, source, at)
      select ${newId(it.clock)}, id, 'email', 'denied', ${source}, ${it.clock.now()} from customers`;
      it.moveTo('2026-05-01T13:00:00.000Z');
      await it.acceptAndRoute(says(u1, { email: true }));
      it.moveTo('2026-05-01T14:00:00.000Z');
      await it.acceptAndRoute(joins('u1', 'a1'));
      const [newest] = await it.sql`select state, source from consents order by at desc, state limit 1`;
      expect(newest).toEqual({ state: 'denied', source: kept });
    },
  );

  test('until the customer says otherwise, be it with the event that joins the two', async () => {
    await using it = await setup();
    await it.acceptAndRoute(says(a1, { email: false }), says(u1, { email: true }));
    it.moveTo('2026-05-01T13:00:00.000Z');
    await it.acceptAndRoute(says({ ...u1, ...a1 }, { email: true }));
    expect(await it.people()).toMatchObject([{ consents: ['granted', 'granted'] }]);
  });
});

describe('a word that is only repeated loses no refusal, nor does one that is new get lost', () => {
  const email = { consent: { channels: { email: true } } };
  const says = (ids: Partial<GivenEvent>, context: object = email): GivenEvent => {
    return { kind: 'identify', ...ids, context: context as Record<string, unknown> };
  };
  const a = { anonymousId: 'a1' };
  const b = { userId: 'u1' };
  const asked = { consent: { ...email.consent, wording: 'May we?' } };
  const no = { consent: { channels: { email: false } } };

  test.for<[string, GivenEvent[], GivenEvent, string]>([
    ['by whom it repeats', [says(a), says(b)], says(a), 'denied'],
    ['though the other said no there', [says(a), says(b, no)], says(a), 'denied'],
    ['though the other was asked in other words', [says(a), says(b, asked)], says(a), 'denied'],
    ['in other words', [says(a), says(b)], says(a, asked), 'granted'],
    ['though the other said the same', [says(b)], says(a), 'granted'],
  ])('%s', async ([, before, word, state]) => {
    for (const size of [1, 2]) {
      await using it = await setup();
      await it.acceptAndRoute({ name: 'x', ...a }, { name: 'x', ...b });
      for (const given of before) {
        await it.acceptAndRoute({
          ...given,
          at: given.userId ? '2026-05-01T10:30:00Z' : '2026-05-01T09:00:00Z',
        });
      }
      await it.sql`
        insert into consents (id, customer_id, channel, state, source, at)
        select ${newId(it.clock)}, customer_id, 'email', 'denied', 'unsubscribe', '2026-05-01T10:00:00Z'
        from customer_ids where external_id = 'a1'`;
      const batch = [{ ...word, at: '2026-05-01T11:00:00Z' }, joins('u1', 'a1')];
      if (size === 1) await it.oneByOne(...batch);
      else await it.acceptAndRoute(...batch);
      expect(await it.people(), `in batches of ${size}`).toMatchObject([{ consents: [state, state] }]);
    }
  });
});

describe('arms', () => {
  /** What each exposed customer got, of what: by the id in their first event. */
  async function exposed(given: Record<string, [name: string, arm: string]>) {
    const it = await setup();
    await it.oneByOne(...Object.keys(given).map((userId) => ({ name: 'x', userId })));
    for (const [userId, [name, arm]] of Object.entries(given)) {
      await it.sql`
        insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, arm, verdicts, at)
        select ${newId(it.clock)}, ${newId(it.clock)}, customer_id, ${name}, 'nudge', 1, 'help', 'accepted', ${arm},
          '[]', ${it.clock.now()} from customer_ids where external_id = ${userId}`;
    }
    return it;
  }

  test.for<[string, Record<string, [string, string]>, boolean]>([
    ['of one journey', { a: ['cart', 'treated'], b: ['cart', 'held-out'] }, true],
    [
      'of one watch, by the shop',
      { a: ['backInStock', 'treated'], b: ['backInStock', 'global-held-out'] },
      true,
    ],
    ['alike', { a: ['cart', 'treated'], b: ['cart', 'treated'] }, false],
    ['of two journeys', { a: ['cart', 'treated'], b: ['trial', 'held-out'] }, false],
    [
      'over a third between them',
      { a: ['cart', 'treated'], c: ['trial', 'treated'], b: ['cart', 'held-out'] },
      true,
    ],
  ])('exposed %s: crossed or not', async ([, given, crossed]) => {
    await using it = await exposed(given);
    const [first, ...others] = Object.keys(given);
    await it.acceptAndRoute(...others.map((other) => alias(other, first!)));
    expect(await it.sql`select crossed from customers where merged_into is null`).toEqual([{ crossed }]);
    // For good: another merge does not uncross them.
    await it.acceptAndRoute({ name: 'x', userId: 'z' }, alias(first!, 'z'));
    expect(await it.sql`select crossed from customers where merged_into is null`).toEqual([{ crossed }]);
  });

  test('who was never exposed keeps the arm key of the oldest profile; a replay into an empty home draws the same', async () => {
    const history = [
      added({ anonymousId: 'v' }),
      added({ userId: 'u' }),
      joins('u', 'v'),
      added({ userId: 'w' }),
    ];
    const keys = async () => {
      await using it = await setup();
      await it.oneByOne(...history);
      return await it.people();
    };
    const people = await keys();
    expect(people.map(({ armKey }) => armKey)).toEqual([armKeyOf('v'), armKeyOf('w')]);
    expect(await keys()).toEqual(people);
  });
});

describe('how events fall into batches', () => {
  /** A small generator of numbers, the same for a seed everywhere. */
  const chance = (seed: number) => {
    let state = seed;
    return (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  };

  function history(seed: number): GivenEvent[] {
    const draw = chance(seed);
    const user = () => `u${draw(4)}`;
    const visitor = () => `v${draw(4)}`;
    const kinds: (() => GivenEvent)[] = [
      () => added({ anonymousId: visitor() }, `c${draw(2)}`),
      () => added({ userId: user() }, `c${draw(2)}`),
      () => joins(user(), visitor()),
      () => alias(user(), user()),
      () => alias(visitor(), user()),
      () => ({
        kind: 'identify',
        ...(draw(2) === 0 ? { userId: user() } : { anonymousId: visitor() }),
        context: { consent: { channels: { [draw(2) === 0 ? 'email' : 'email:news']: draw(2) === 0 } } },
      }),
    ];
    return Array.from({ length: 14 }, () => kinds[draw(kinds.length)]!());
  }

  test.for([1, 2, 110, 113, 134])('changes nobody: random history %i', async (seed) => {
    const minute = (place: number) => new Date(Date.UTC(2026, 4, 1, 10, place)).toISOString();
    const events = history(seed).map((given, place) => ({ ...given, at: minute(place) }));
    const outcome = async (size: number) => {
      await using it = await setup();
      for (let from = 0; from < events.length; from += size)
        await it.acceptAndRoute(...events.slice(from, from + size));
      return await it.people();
    };
    const whole = await outcome(events.length);
    expect(await outcome(1)).toEqual(whole);
    expect(await outcome(5)).toEqual(whole);
  });

  test('a batch that fails after its merges leaves nothing behind, is halved, and comes to the same', async () => {
    await using it = await setup();
    await it.oneByOne(added({ userId: 'u1' }), added({ anonymousId: 'v1' }), added({ userId: 'u2' }));
    const before = await it.people();
    const [, bad] = await it.accept(
      joins('u1', 'v1'),
      added({ userId: 'u2' }, 'bad'),
      alias('u2', 'u1'),
      added({ userId: 'u2' }, 'c2'),
    );
    // No event that ingestion accepts is like this; it stands for the one we did not think of.
    await it.sql`update events set occurred_at = 'infinity' where seq = ${bad!}`;
    await expect(it.route()).rejects.toThrow();
    expect(await it.people()).toEqual(before);
    const stop = new AbortController();
    const parts = { context: it.context, wakeup: new Wakeup(), onDispatches: () => {}, log: silentLog };
    const running = runRouter(parts, stop.signal);
    await eventually('all is routed', async () => (await it.sql`select from unrouted`).length === 0);
    stop.abort();
    await running;
    expect(await it.people()).toMatchObject([{ ids: ['u1', 'u2', 'v1'], open: ['c1', 'c2'] }]);
    expect(await it.sql`select event_seq::int as seq from rejections`).toEqual([{ seq: bad }]);
  });
});
