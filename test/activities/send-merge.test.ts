import type { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import type { SendInput } from '../../activities/contract.ts';
import { event } from '../../src/define/event.ts';
import { routeBatch } from '../../src/routing/route-batch.ts';
import { eventually } from '../support/eventually.ts';
import { acceptEvents, routingOver, type GivenEvent } from '../support/routing.ts';
import { startSending, testJourney } from '../support/sending.ts';
import { waitingForLock } from '../support/waiting-for-lock.ts';

const cart = testJourney('cart', { per: 'cart_id', hears: { replied: event('Message Replied') } });

/**
 * A user and a visitor with an address, each with an open run of one cart, the user's the older: routing and the gate on
 * one database.
 */
async function setup() {
  const sending = await startSending([cart]);
  const { sql } = sending.database;
  const routing = { ...routingOver(sql, [cart]).context, clock: sending.clock };
  const accept = (...events: GivenEvent[]) => acceptEvents(sql, sending.clock, events);
  const route = () => routeBatch(routing, 500);
  const known = (ids: Partial<GivenEvent>): GivenEvent => ({
    kind: 'identify',
    ...ids,
    traits: { email: 'ada@example.test' },
    context: { consent: { channels: { email: true } } },
  });
  const added = (ids: Partial<GivenEvent>): GivenEvent => ({
    name: 'Product Added',
    properties: { cart_id: 'c1' },
    ...ids,
  });
  for (const ids of [{ userId: 'u1' }, { anonymousId: 'a1' }]) {
    await accept(known(ids), added(ids));
    await route();
    sending.pass('1 minute');
  }
  const runs = await sql<{ id: string }[]>`select id from runs where state = 'open' order by opened_at`;
  const ask = (runId: string, nth = 1): SendInput => {
    return { runId, message: 'nudge', nth, channel: 'email', data: {}, askedAt: 0 };
  };
  return Object.assign(sending, {
    sql,
    accept,
    route,
    joins: { kind: 'identify', userId: 'u1', anonymousId: 'a1' } satisfies GivenEvent,
    users: runs[0]!.id,
    visitors: runs[1]!.id,
    ask,
    outcomes: async () =>
      (await sql<{ outcome: string | null }[]>`select outcome from runs order by opened_at`).map(
        (run) => run.outcome,
      ),
    /** Whose the deliveries are: the customer who has the user's id. */
    isSurvivors: async () =>
      (
        await sql`
          select from deliveries d where not exists (
            select from customer_ids i where i.customer_id = d.customer_id and i.external_id = 'u1')`
      ).length === 0,
  });
}

const failureOf = (sent: Promise<unknown>): Promise<ApplicationFailure> =>
  sent.then(
    () => expect.unreachable('the send was to fail'),
    (error: unknown) => error as ApplicationFailure,
  );

test('a message of the run that ends is held by the very event that joins the two: it is withheld, the other goes', async () => {
  await using it = await setup();
  await it.accept(it.joins);
  expect((await failureOf(it.send(it.ask(it.visitors)))).type).toBe('behind');
  expect(await it.ledger()).toMatchObject([{ state: 'waiting', reason: 'behind' }]);
  await it.route();
  expect(await it.outcomes()).toEqual([null, 'merged']);
  expect(await it.send(it.ask(it.visitors))).toMatchObject({ state: 'withheld', reason: 'run-closed' });
  expect(await it.send(it.ask(it.users))).toMatchObject({ state: 'accepted' });
  expect(it.channels.email.sent).toHaveLength(1);
  expect(await it.isSurvivors()).toBe(true);
});

test('a message of the run that goes on is held at the merge: it goes to the survivor, under the name it had', async () => {
  await using it = await setup();
  await it.accept(it.joins);
  expect((await failureOf(it.send(it.ask(it.users)))).type).toBe('behind');
  const [held] = await it.ledger();
  await it.route();
  expect(await it.send(it.ask(it.users))).toMatchObject({ deliveryId: held!.id, state: 'accepted' });
  const { id, runId, name, message, nth } = held!;
  expect(await it.ledger()).toMatchObject([{ id, runId, name, message, nth, state: 'accepted' }]);
  expect(await it.send(it.ask(it.visitors))).toMatchObject({ state: 'withheld', reason: 'run-closed' });
  expect(it.channels.email.sent).toHaveLength(1);
});

test('a call is under way at the merge: its run goes on, its answer lands, and nobody is told twice', async () => {
  await using it = await setup();
  let answer: (outcome: CallOutcome) => void = () => expect.unreachable('the provider was not called');
  it.channels.email.answer = () => new Promise((resolve) => (answer = resolve));
  const sent = it.send(it.ask(it.visitors));
  await eventually('the provider is called', () => Promise.resolve(it.channels.email.sent.length === 1));
  await it.accept(it.joins);
  await it.route();
  // The younger has sent.
  expect(await it.outcomes()).toEqual(['merged', null]);
  expect(await it.send(it.ask(it.users))).toMatchObject({ state: 'withheld', reason: 'run-closed' });
  // Another attempt, of another worker, at the same call.
  const again = await it.worker()(it.ask(it.visitors));
  expect(again).toMatchObject({ state: 'unknown' });
  answer({ kind: 'accepted', providerId: 'p1' });
  expect(await sent).toMatchObject({ state: 'accepted', deliveryId: again.deliveryId });
  expect(await it.isSurvivors()).toBe(true);
  expect(it.channels.email.sent).toHaveLength(1);
  // What went to the visitor counts for the user they have become.
  expect(await it.send(it.ask(it.visitors, 2))).toMatchObject({ state: 'withheld', reason: 'capped' });
});

test('an event that is owed to the run that ends is owed to the other, and moves over a chain of merges', async () => {
  await using it = await setup();
  await it.accept({ name: 'Message Replied', anonymousId: 'a1', properties: { cart_id: 'c1' } });
  await it.route();
  await it.accept({ name: 'x', userId: 'u2' }, it.joins, {
    ...{ kind: 'alias', userId: 'u2', previousId: 'u1', admin: true },
  });
  await it.route();
  const owed = await it.sql`
    select run_id, seq, event_name as name from dispatches where kind = 'event' and done_at is null`;
  expect(owed).toEqual([{ run_id: it.users, seq: 1, name: 'Message Replied' }]);
  expect(await it.sql`select last_seq from runs where id = ${it.users}`).toEqual([{ last_seq: 1 }]);
});

test('gates hold both customers while two aliases cross: everybody comes through, and one message goes out', async () => {
  await using it = await setup();
  await it.accept({ kind: 'identify', userId: 'u2', anonymousId: 'a1' });
  await it.route();
  const alias = (previousId: string, userId: string): GivenEvent => {
    return { kind: 'alias', userId, previousId, admin: true };
  };
  const waiting = (count: number) => waitingForLock(it.sql, count);
  const [one, other] = await it.sql<{ id: string }[]>`
    select customer_id as id from runs where state = 'open' order by customer_id`;
  let going: Promise<unknown>[] = [];
  await it.sql.begin(async (second) => {
    await second`select from customers where id = ${other!.id} for update`;
    await it.sql.begin(async (first) => {
      await first`select from customers where id = ${one!.id} for update`;
      await it.accept(alias('u1', 'u2'));
      going = [
        it.route(),
        ...[it.users, it.visitors].map((run) =>
          it
            .worker()(it.ask(run))
            .catch(() => null),
        ),
      ];
      await waiting(3);
      await it.accept(alias('u2', 'u1'));
    });
    // Routing has the one, and waits for the other; so does a gate.
    await waiting(2);
  });
  await Promise.all(going);
  await it.route();
  const settled = await Promise.all([it.users, it.visitors].map((run) => it.send(it.ask(run))));
  expect(settled.map(({ state }) => state).sort()).toEqual(['accepted', 'withheld']);
  expect(it.channels.email.sent).toHaveLength(1);
  expect(await it.sql`select from customers where merged_into is null`).toHaveLength(1);
});
