import type { TransactionSql } from 'postgres';
import { saveDerivedEvents } from '../db/queries/derived-events.ts';
import type { EventBody } from '../db/schema/events.ts';
import { derivedSource, type DerivedName } from '../domain/derived-event.ts';
import { deviceOf } from '../domain/device.ts';
import { newId } from '../ids.ts';
import type { AcceptedEvent } from './event.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';

/** What routing concludes of a customer. */
export interface Derivation {
  customerId: string;
  name: DerivedName;
  /** The segment, persona or journey it is about. */
  subject: string;
  properties: Record<string, string | number | boolean>;
  /** Epoch milliseconds of Kairos's time. */
  occurredAt: number;
  /** The event it follows from; null when it was time alone. */
  cause: AcceptedEvent | null;
}

/**
 * Writes what routing concludes as events of the customers, in this order, and gives them for `routeRuns`: they are
 * routed by who derives them, in this very transaction, and never queued. Waits count from the cause: it is as old when
 * it comes as its cause was.
 */
export async function deriveEvents(
  tx: TransactionSql,
  context: RoutingContext,
  derivations: readonly Derivation[],
): Promise<OwnedEvent[]> {
  if (derivations.length === 0) return [];
  const owned = derivations.map((one) => ({ customerId: one.customerId, event: eventOf(context, one) }));
  const seqs = await saveDerivedEvents(tx, owned);
  return owned.map(({ customerId, event }) => ({
    customerId,
    event: { ...event, seq: seqs.get(event.id)! },
  }));
}

function eventOf(context: RoutingContext, derivation: Derivation): AcceptedEvent {
  const { name, subject, properties, occurredAt, cause } = derivation;
  return {
    seq: 0,
    id: newId(context.clock),
    kind: 'track',
    ...{ name, source: derivedSource, subject },
    ...{ userId: null, anonymousId: null, previousId: null, admin: true, imported: false },
    body: { properties, ...contextOf(cause) },
    occurredAt,
    receivedAt: Math.max(occurredAt, cause?.receivedAt ?? occurredAt),
  };
}

/** Which event it follows from, for whoever asks why, and on which device that was, as a journey may want to know. */
function contextOf(cause: AcceptedEvent | null): Pick<EventBody, 'context'> {
  if (cause === null) return {};
  const type = deviceOf(cause.body.context);
  return { context: { causedBy: { id: cause.id, name: cause.name }, ...(type ? { device: { type } } : {}) } };
}
