import type { TransactionSql } from 'postgres';
import { recordConsents, type NewConsent } from '../db/queries/consents.ts';
import { saveTraits } from '../db/queries/people.ts';
import { saveSubscriptions } from '../db/queries/push-subscriptions.ts';
import { saveCustomerEvents } from '../db/queries/routing-facts.ts';
import { together } from '../db/together.ts';
import { factProperties } from '../domain/fact-properties.ts';
import { channels, type Channel } from '../domain/task-queues.ts';
import { pushNewsIn } from '../domain/push-event.ts';
import { newId } from '../ids.ts';
import { consentsIn } from './consents.ts';
import type { ResolvedEvent } from './resolve-people.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { routeCarts } from './route-carts.ts';
import { routeOrders } from './route-orders.ts';

/**
 * Writes what some events say of their customers: traits, consents, browsers that take push, what was done, carts and orders. The statements are
 * under way together, as none of them looks at what another writes. Answers whose orders turned out to be another's.
 */
export async function takeFacts(
  tx: TransactionSql,
  context: RoutingContext,
  owned: readonly ResolvedEvent[],
): Promise<OwnedEvent[]> {
  const tracks = owned.filter(({ event }) => event.kind === 'track');
  const [lost] = await together([
    routeOrders(tx, context, tracks),
    routeCarts(tx, context, tracks),
    saveTraits(
      tx,
      new Map(owned.flatMap(({ customerId, traits }) => (traits ? [[customerId, traits]] : []))),
    ),
    recordConsents(tx, consentsOf(context, owned)),
    saveSubscriptions(tx, subscriptionsOf(context, owned)),
    saveCustomerEvents(tx, owned.map(factOf)),
  ]);
  return lost;
}

function consentsOf({ clock }: RoutingContext, owned: readonly ResolvedEvent[]): NewConsent[] {
  const kairosMs = (realMs: number) => clock.fromReal(new Date(realMs)).getTime();
  return owned.flatMap(({ event, customerId, judged }) => {
    const words = judged ?? consentsIn(event, kairosMs);
    return words.map((word) => ({ isNew: null, ...word, id: newId(clock), customerId }));
  });
}

function subscriptionsOf({ clock }: RoutingContext, owned: readonly OwnedEvent[]) {
  return owned.flatMap(({ event, customerId }) => {
    const news = pushNewsIn(event);
    return news ? [{ ...news, id: newId(clock), customerId, at: new Date(event.receivedAt) }] : [];
  });
}

function factOf({ event, customerId }: OwnedEvent) {
  const isTrack = event.kind === 'track';
  return {
    ...{ seq: event.seq, id: event.id, customerId, at: event.occurredAt },
    name: isTrack ? event.name : null,
    properties: isTrack ? factProperties(event.body.properties) : null,
    contact: event.name === 'Contact Made' && isTrack ? contactOf(event) : null,
  };
}

/** A call, a visit, another tool's mail: on one of our channels if it names it. */
function contactOf({ body }: OwnedEvent['event']): { channel: Channel | null } {
  const named = body.properties?.['channel'];
  const channel = typeof named === 'string' ? named.trim().toLowerCase() : null;
  return { channel: channels.find((one) => one === channel) ?? null };
}
