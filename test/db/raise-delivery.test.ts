import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import type { SendInput } from '../../activities/contract.ts';
import { raisePage } from '../../src/db/queries/page-calls.ts';
import { raiseDelivery, type Raise } from '../../src/db/queries/raise-delivery.ts';
import { deliveries } from '../../src/db/schema/index.ts';
import { deliveryStates, moves, type DeliveryState } from '../../src/domain/delivery.ts';
import { newId } from '../../src/ids.ts';
import { Chance } from '../plug/chance.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';

/** From what says least of a message to what says most. */
const order: readonly DeliveryState[] = ['intended', 'unknown', 'accepted', 'failed', 'delivered', 'bounced'];
const most = (states: readonly DeliveryState[]) =>
  states.reduce((best, one) => (order.indexOf(one) > order.indexOf(best) ? one : best));

/** How a call can end, and what it says of the message. What was not taken is called again, and then taken. */
const ends: readonly [CallOutcome, DeliveryState][] = [
  [{ kind: 'accepted', providerId: 'p-1' }, 'accepted'],
  [{ kind: 'refused', code: '21211', detail: 'no' }, 'failed'],
  [{ kind: 'unknown', detail: '502' }, 'unknown'],
  [{ kind: 'not-accepted', retryAfterMs: null, detail: '429' }, 'accepted'],
];
const told = ['accepted', 'failed', 'delivered', 'bounced'] as const;
const codes: Partial<Record<DeliveryState, string>> = { failed: '21211', bounced: '550' };

const newsOf = (it: Sending, deliveryId: string, state: DeliveryState): Raise => ({
  ...{ deliveryId, state },
  verdict: { at: it.clock.now().toISOString(), channel: 'email', state, reason: null, words: state },
  ...(codes[state] === undefined ? {} : { providerCode: codes[state] }),
});

/** By the statement for one, or by that for a page. */
async function tell(it: Sending, { deliveryId: id, state, ...raise }: Raise, asPage: boolean): Promise<void> {
  const { verdict, providerCode } = raise;
  const { sql } = it.database;
  if (!asPage) await raiseDelivery(sql, { deliveryId: id, state, ...raise });
  else await raisePage(sql, { state, news: [{ id, verdict, ...(providerCode ? { providerCode } : {}) }] });
}

interface Story {
  outcome: CallOutcome;
  /** In their order; the call's answer comes after so many of them. */
  news: readonly DeliveryState[];
  before: number;
}

const rowOf = async ({ database: { db } }: Sending, { runId }: SendInput) =>
  (await db.select().from(deliveries).where(eq(deliveries.runId, runId)))[0]!;

/** A send whose provider tells some of its news before it answers, and the others after; every state on the way. */
async function live(it: Sending, story: Story, chance: Chance) {
  const { ask } = await addRun(it, await addCustomer(it));
  const asked = ask();
  const way: DeliveryState[] = [];
  const tellSome = async (some: readonly DeliveryState[]) => {
    for (const state of some) {
      const { id } = await rowOf(it, asked);
      await tell(it, newsOf(it, id, state), chance.happens(0.5));
      way.push((await rowOf(it, asked)).state);
    }
  };
  it.channels.email.answer = async () => {
    await tellSome(story.news.slice(0, story.before));
    return story.outcome;
  };
  // Whether Temporal comes back at once or after the news makes no difference either.
  const isEarly = chance.happens(0.5);
  const again = async () => {
    it.channels.email.answer = () => ({ kind: 'accepted', providerId: 'p-1' });
    await it.send(asked);
    way.push((await rowOf(it, asked)).state);
  };
  const { retry } = await it.send(asked).then(
    () => ({ retry: false }),
    () => ({ retry: true }),
  );
  way.push((await rowOf(it, asked)).state);
  if (retry && isEarly) await again();
  await tellSome(story.news.slice(story.before));
  if (retry && !isEarly) await again();
  const { state, providerCode, callingAt, heldUntil } = await rowOf(it, asked);
  return { way, end: { state, providerCode, callingAt, heldUntil } };
}

describe('whatever the order in which a provider’s news and the answer of its call come, and however often', () => {
  test('the same state is reached, and none on the way is less than the one before', async () => {
    await using it = await startSending();
    for (let seed = 0; seed < 16; seed += 1) {
      const chance = new Chance(seed);
      const [outcome, said] = chance.pick(ends);
      const some = Array.from({ length: chance.between(0, 3) }, () => chance.pick(told));
      const state = most([said, ...some]);
      const expected = { state, providerCode: codes[state] ?? null, callingAt: null, heldUntil: null };
      for (let turn = 0; turn < 3; turn += 1) {
        const repeated = some.flatMap((one) => Array<DeliveryState>(chance.between(1, 3)).fill(one));
        const news = chance.shuffled(repeated);
        const story = { outcome, news, before: chance.between(0, news.length) };
        const { way, end } = await live(it, story, chance);
        const what = `seed ${seed}: ${outcome.kind} after ${story.before} of ${news.join(', ')}`;
        expect(end, what).toEqual(expected);
        expect(way, what).toEqual([...way].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
      }
    }
  }, 60_000);

  test('of two that come at the same instant the one that says more stays', async () => {
    await using it = await startSending();
    for (const [one, other] of [
      ['accepted', 'delivered'],
      ['failed', 'delivered'],
      ['bounced', 'delivered'],
    ] as const) {
      const { ask } = await addRun(it, await addCustomer(it));
      const { deliveryId } = await it.send(ask());
      const both = [one, other, one, other].map((state, n) => tell(it, newsOf(it, deliveryId, state), n > 1));
      await Promise.all(both);
      expect((await rowOf(it, ask())).state).toBe(most([one, other]));
    }
  });
});

describe('news that is of nobody', () => {
  test('changes no row', async () => {
    await using it = await startSending();
    const { ask } = await addRun(it, await addCustomer(it));
    await it.send(ask());
    const before = await it.ledger();
    for (const state of told) {
      const raise = newsOf(it, newId(it.clock), state);
      expect(await raiseDelivery(it.database.sql, raise)).toBeNull();
      await tell(it, raise, true);
    }
    expect(await it.ledger()).toEqual(before);
  });

  test('or of a delivery that was never called, or cannot rise to it, changes nothing of it', async () => {
    await using it = await startSending();
    const customerId = await addCustomer(it);
    for (const state of deliveryStates) {
      for (const news of told.filter((one) => !moves[state].includes(one))) {
        const { runId } = await addRun(it, customerId);
        const id = newId(it.clock);
        await it.database.db.insert(deliveries).values({
          ...{ id, customerId, runId, name: 'cart', message: 'nudge', nth: 1, purpose: 'help', state },
          ...{ channel: 'email', verdicts: [], at: it.clock.now() },
        });
        const before = await it.ledger();
        const isCalled = order.includes(state) || state === 'cancelled';
        const raise = newsOf(it, id, news);
        for (const asPage of [false, true]) {
          await tell(it, isCalled ? raise : { ...raise, providerId: 'forged' }, asPage);
          expect(await it.ledger(), `${news} of ${state}`).toEqual(before);
        }
      }
    }
  });
});
