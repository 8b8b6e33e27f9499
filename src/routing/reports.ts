import type { PriceReport, StateReport } from '../db/queries/routing-world.ts';
import { placeReported, type UniversalEventType } from '../define/universal-event.ts';
import type { UniversalData } from '../domain/universal-event.ts';
import type { AcceptedEvent } from './event.ts';

/** A report with the event that it came by, and its place in the order of all events. */
export type Reported<Report> = Report & { seq: number; eventId: string };

/** What some universal events say of prices. */
export function pricesIn(universal: readonly AcceptedEvent[]): Reported<PriceReport>[] {
  return universal
    .filter(({ name }) => name === 'price.changed')
    .map(({ seq, id, source, subject, occurredAt, body }) => {
      const { priceMinor, currency } = body.properties as unknown as UniversalData['price.changed'];
      return { seq, eventId: id, sku: subject!, source: source!, priceMinor, currency, at: occurredAt };
    });
}

/** What some universal events of these types say of states. */
export function statesIn(
  universal: readonly AcceptedEvent[],
  types: ReadonlyMap<string, Pick<UniversalEventType, 'per'>>,
): Reported<StateReport>[] {
  return universal.flatMap(({ seq, id, name, source, subject, occurredAt, body }) => {
    const per = types.get(name ?? '')?.per ?? null;
    if (per === null) return [];
    const data = body.properties ?? {};
    const place = placeReported({ per }, data);
    return { seq, eventId: id, type: name!, subject: subject!, place, source: source!, data, at: occurredAt };
  });
}
