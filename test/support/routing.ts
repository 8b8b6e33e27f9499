import { createClock, type Clock } from '../../src/clock.ts';
import type { EventBody, EventKind } from '../../src/db/schema/events.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { indexJourneys } from '../../src/routing/journey-index.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { indexHearers } from '../../src/routing/product-hearers.ts';
import { routeBatch, type RoutingContext } from '../../src/routing/route-batch.ts';
import { noSegments, type SegmentIndex } from '../../src/routing/segment-index.ts';
import type { Sql } from '../../src/db/connect.ts';

/** An event as a test writes it: a track unless it says otherwise. */
export interface GivenEvent {
  kind?: EventKind;
  name?: string;
  /** Of a universal event. */
  source?: string;
  subject?: string;
  userId?: string;
  anonymousId?: string;
  previousId?: string;
  admin?: boolean;
  imported?: boolean;
  /** ISO 8601; now unless given. */
  at?: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

/** Routing over a test's database, with a clock that stands where the test puts it. */
export function routingOver(
  sql: Sql,
  journeys: readonly JourneyDefinition[],
  startAt = '2026-05-01T12:00:00.000Z',
  watches: readonly WatchDefinition[] = [],
  segments: SegmentIndex = noSegments,
) {
  let now = Date.parse(startAt);
  const clock: Clock = createClock(realTime, () => now);
  const context: RoutingContext = {
    sql,
    clock,
    journeys: indexJourneys(journeys),
    watches,
    hearers: indexHearers(journeys),
    segments,
    currency: 'USD',
    secret: 'test secret',
  };
  return {
    context,
    clock,
    moveTo: (at: string) => (now = Date.parse(at)),
    accept: (...given: GivenEvent[]) => acceptEvents(sql, clock, given),
    route: (limit = 500) => routeBatch(context, limit),
    async acceptAndRoute(...given: GivenEvent[]) {
      await acceptEvents(sql, clock, given);
      return routeBatch(context, 500);
    },
  };
}

/** Puts events where ingestion puts them. */
export async function acceptEvents(sql: Sql, clock: Clock, given: GivenEvent[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const event of given) {
    const body: EventBody = {
      ...(event.properties ? { properties: event.properties } : {}),
      ...(event.traits ? { traits: event.traits } : {}),
      ...(event.context ? { context: event.context } : {}),
    };
    const [row] = await sql<{ seq: string }[]>`
      with e as (
        insert into events (id, message_id, kind, name, source, subject, user_id, anonymous_id, previous_id, admin, imported, body, occurred_at, received_at)
        values (${newId(clock)}, ${newId(clock)}, ${event.kind ?? 'track'}, ${event.name ?? null},
                ${event.source ?? null}, ${event.subject ?? null}, ${event.userId ?? null},
                ${event.anonymousId ?? null}, ${event.previousId ?? null}, ${event.admin ?? false}, ${event.imported ?? false},
                ${sql.json(body as never)},
                ${event.at ? new Date(event.at) : clock.now()}, ${clock.now()})
        returning seq, user_id, anonymous_id, previous_id)
      insert into unrouted (seq, user_id, anonymous_id, previous_id) select * from e returning seq`;
    seqs.push(Number(row!.seq));
  }
  return seqs;
}
