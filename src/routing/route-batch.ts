/**
 * One routing transaction: the oldest accepted events, and all that they change. Either everything of a batch takes
 * effect, and it is off the queue, or nothing does.
 *
 * take → whose they are → the world (stock, waiting entries, watches) → facts (traits, consents, what was done, carts,
 * orders) and segments, in rounds → runs and dispatches → what runs
 * hear of products → off the queue
 *
 * One at a time over all routers, by an advisory lock that ends with the transaction.
 */
import type { TransactionSql } from 'postgres';
import type { Clock } from '../clock.ts';
import type { Sql } from '../db/connect.ts';
import type { WatchDefinition } from '../define/watch.ts';
import { markRouted, takeUnrouted } from '../db/queries/take-unrouted.ts';
import { setAside } from '../db/queries/set-aside.ts';
import { newId } from '../ids.ts';
import { cutAtErasures, isErasure, routeErasures } from './erase.ts';
import type { AcceptedEvent } from './event.ts';
import type { JourneyIndex } from './journey-index.ts';
import { standingSegments, type StandingSegments } from './kept-segments.ts';
import type { ProductHearers } from './product-hearers.ts';
import { resolvePeople, type ResolvedPeople } from './resolve-people.ts';
import { withinRounds } from './rounds.ts';
import { routeFacts } from './route-facts.ts';
import { routeDates } from './route-dates.ts';
import { ProductNewsBook } from './product-news-book.ts';
import { routeProductNews } from './route-product-news.ts';
import { routeRuns } from './route-runs.ts';
import { routeWorld } from './route-world.ts';
import { awaitRoutingLock, underRoutingLock } from '../db/routing-lock.ts';
import type { SegmentIndex } from './segment-index.ts';

export interface RoutingContext {
  sql: Sql;
  clock: Clock;
  journeys: JourneyIndex;
  watches: readonly WatchDefinition[];
  segments: SegmentIndex;
  /** Which journeys hear of what happens to products. */
  hearers: ProductHearers;
  /** The shop's currency, for amounts that name none. */
  currency: string;
  /** Keys the hashes that stand for identifiers which may not be shown. */
  secret: string;
}

/** An event and the customer it turned out to be of. */
export interface OwnedEvent {
  event: AcceptedEvent;
  customerId: string;
}

/** `due`: it has left work that need not wait for its turn. */
export type BatchOutcome =
  { kind: 'locked' } | { kind: 'routed'; events: number; dispatches: number; due?: true };

/** A batch that could not be routed; nothing of it has taken effect. */
export class BatchFailure extends Error {
  override readonly name = 'BatchFailure';
  readonly seqs: readonly number[];
  constructor(seqs: readonly number[], cause: unknown) {
    super(`A batch of ${seqs.length} events could not be routed.`, { cause });
    this.seqs = seqs;
  }
}

/** Routes up to `limit` events. `locked`: another router is at work. */
export async function routeBatch(context: RoutingContext, limit: number): Promise<BatchOutcome> {
  const outcome = await underRoutingLock<BatchOutcome>(context.sql, async (tx) => {
    const events = withinRounds(context.segments, await takeUnrouted(tx, limit));
    if (events.length === 0) return { kind: 'routed', events: 0, dispatches: 0 };
    const seqs = events.map((event) => event.seq);
    try {
      let [dispatches, due] = [0, false];
      for (const slice of cutAtErasures(events)) {
        if (isErasure(slice[0]!)) dispatches += await routeErasures(tx, context, slice);
        else {
          const routed = await routeEvents(tx, context, slice);
          dispatches += routed.dispatches;
          due ||= routed.news > 0;
        }
      }
      await markRouted(tx, seqs);
      return { kind: 'routed', events: events.length, dispatches, ...(due ? { due } : {}) };
    } catch (error) {
      throw new BatchFailure(seqs, error);
    }
  });
  return outcome ?? { kind: 'locked' };
}

async function routeEvents(
  tx: TransactionSql,
  context: RoutingContext,
  events: AcceptedEvent[],
): Promise<{ dispatches: number; news: number }> {
  // Universal events are nobody's.
  const universal = events.filter((event) => event.kind === 'universal');
  const ofCustomers = events.filter((event) => event.kind !== 'universal');
  // Before anybody is made of these events: as long as there are no customers, new segments have no members.
  const standing = await standingSegments(tx, context);
  const people = ofCustomers.length === 0 ? null : await resolvePeople(tx, context, ofCustomers);
  const products = new ProductNewsBook(context.hearers);
  // Before the orders: what was bought is asked by the orders, each of which then has its lines.
  const toWatches = await routeWorld(tx, context, { universal, owned: people?.owned ?? [], news: products });
  const toRuns = people === null ? 0 : await routeOwned(tx, context, standing, people);
  const news = await routeProductNews(tx, context, products.happened(), people);
  return { dispatches: toWatches + toRuns, news };
}

async function routeOwned(
  tx: TransactionSql,
  context: RoutingContext,
  standing: StandingSegments,
  people: ResolvedPeople,
): Promise<number> {
  const derived = await routeFacts(tx, context, standing, people);
  const tracks = people.owned.filter(({ event }) => event.kind === 'track');
  const inOrder = [...tracks.map((track) => ({ ...track, after: track.event.seq })), ...derived].sort(
    (a, b) => a.after - b.after,
  );
  const toRuns = await routeRuns(tx, context, inOrder);
  return toRuns + (await routeDates(tx, context, people.owned));
}

/** Sets one event aside, with the reason why it can have no effect. */
export async function setEventAside(
  context: RoutingContext,
  aside: { seq: number; code: string; detail: string },
): Promise<void> {
  await context.sql.begin(async (tx) => {
    // Another router may be giving this event its effect.
    await awaitRoutingLock(tx);
    await setAside(tx, { ...aside, id: newId(context.clock), at: context.clock.now() });
  });
}
