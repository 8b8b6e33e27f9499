/**
 * The erasure of customers: an event in the order. What was accepted before it has had its effect and goes with them;
 * what comes after it under the same ids is a new person's.
 *
 * In the routing transaction: nothing leads to them any more, their runs end as `erased`, what waits is withheld, and
 * all that is theirs is gone, but for what comes in thousands. The rest is taken away in turns (forget-erased.ts), and
 * until then the customer's row says so. What stays is what was counted: that there was a customer, what was sold, sent
 * and decided, without anything that leads to the person.
 */
import type { TransactionSql } from 'postgres';
import { eraseCustomers, ordersOf, renameOrders } from '../db/queries/erase-customers.ts';
import { eraseDeliveries } from '../db/queries/erase-deliveries.ts';
import { stripEvents } from '../db/queries/erase-events.ts';
import { eraseRejections } from '../db/queries/erase-rejections.ts';
import { eraseRuns } from '../db/queries/erase-runs.ts';
import { lockErased, personalNames, withJoined, type ErasedIds } from '../db/queries/erased-people.ts';
import type { AcceptedEvent } from './event.ts';
import { forget } from './forget-erased.ts';
import { erasedOrderId } from './orders.ts';
import type { RoutingContext } from './route-batch.ts';

/** At most so many events are taken away at once, with all else that is a customer's. */
export const erasedAtOnce = 5_000;

/** Erases whom these erasures mean, as of this place in the order. Answers how many dispatches were written. */
export async function routeErasures(
  tx: TransactionSql,
  { clock, secret }: Pick<RoutingContext, 'clock' | 'secret'>,
  erasures: readonly AcceptedEvent[],
): Promise<number> {
  const at = clock.now();
  const customerIds = await lockErased(tx, askedIn(erasures));
  await stripEvents(
    tx,
    erasures.map(({ seq }) => seq),
  );
  if (customerIds.length === 0) return 0;
  const people = await withJoined(tx, customerIds);
  await eraseRejections(tx, await personalNames(tx, people));
  const dispatches = await eraseRuns(tx, people, at);
  await eraseDeliveries(tx, people, at);
  const orders = await ordersOf(tx, people);
  await renameOrders(
    tx,
    orders.map((id) => ({ id, hash: erasedOrderId(id, secret) })),
  );
  await eraseCustomers(tx, { customerIds, people, at });
  await forget(tx, { customerIds, people, at, limit: erasedAtOnce });
  return dispatches;
}

function askedIn(erasures: readonly AcceptedEvent[]): ErasedIds {
  const named = (pick: (event: AcceptedEvent) => unknown) =>
    erasures.map(pick).filter((id): id is string => typeof id === 'string');
  // The ids beside an internal one say only whom the queue concerns: they may be another's by now.
  const byId = (event: AcceptedEvent) => event.body.properties?.['customer'];
  const others = erasures.filter((event) => byId(event) === undefined);
  return {
    customers: named(byId),
    users: others.flatMap(({ userId }) => userId ?? []),
    anonymous: others.flatMap(({ anonymousId }) => anonymousId ?? []),
  };
}

/** Events in their order, cut so that erasures stand by themselves: what came before one takes effect before it. */
export function cutAtErasures(events: readonly AcceptedEvent[]): AcceptedEvent[][] {
  const slices: AcceptedEvent[][] = [];
  for (const event of events) {
    const last = slices.at(-1);
    if (last && isErasure(last[0]!) === isErasure(event)) last.push(event);
    else slices.push([event]);
  }
  return slices;
}

export const isErasure = ({ kind }: Pick<AcceptedEvent, 'kind'>): boolean => kind === 'erasure';
