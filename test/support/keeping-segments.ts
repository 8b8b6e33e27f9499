import type { JourneyDefinition } from '../../src/define/journey.ts';
import type { Personas } from '../../src/define/personas.ts';
import type { Segment } from '../../src/define/segment.ts';
import { silentLog } from '../../src/log.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { writePersonas } from '../../src/routing/recompute-personas.ts';
import { recomputeSegments, takeOverFoundSegments } from '../../src/routing/recompute-segments.ts';
import type { RoutingContext } from '../../src/routing/route-batch.ts';
import { indexSegments } from '../../src/routing/segment-index.ts';
import { lookAtDueMemberships } from '../../src/routing/segments-due.ts';
import type { TestDatabase } from './database.ts';
import { routingOver } from './routing.ts';

/** What a test keeps: everybody has one persona unless it says otherwise. */
export interface Kept {
  segments: readonly Segment[];
  personas?: Personas;
  journeys?: readonly JourneyDefinition[];
}

/** Routing that keeps a test's segments over its database, with a clock that stands where the test puts it. */
export function keepingSegments({ sql }: TestDatabase, kept: Kept, startAt = '2026-05-01T12:00:00.000Z') {
  const index = indexSegments(kept.segments, kept.personas ?? { segments: [], otherwise: 'everybody' });
  const routing = routingOver(sql, kept.journeys ?? [], startAt, [], index);
  return {
    ...routing,
    /** Does what time has made due by now. */
    lookAtDue: () => takeDueTurn(routing.context, [lookAtDueMemberships]),
    recompute: () => recompute(routing.context),
    /** `ada entered viewers`, in the order in which it was derived. */
    derived: () => derivedIn(sql),
    members: () => membersIn(sql),
  };
}

/** Computes what is to be computed, and takes all of it over. */
export async function recompute(context: RoutingContext): Promise<void> {
  const stop = new AbortController().signal;
  for (let turns = 0; turns < 3; turns += 1) {
    await recomputeSegments({ context, log: silentLog }, { stop, isFirst: true, looksAtBases: true });
    let isMore = true;
    while (isMore) {
      const turn = await takeDueTurn(context, [takeOverFoundSegments, writePersonas]);
      if (turn.errors.length > 0) throw turn.errors[0];
      isMore = turn.isMore;
    }
  }
}

/** What was derived of whom, in order: `ada entered viewers`, `ada became buyer`. */
export async function derivedIn(sql: TestDatabase['sql']): Promise<string[]> {
  const rows = await sql<{ who: string; name: string; subject: string }[]>`
    select coalesce((select min(external_id) from customer_ids i where i.customer_id = c.customer_id), '?') as who,
           e.name, e.subject
    from events e join customer_events c on c.seq = e.seq where e.source = 'kairos' order by e.seq`;
  const verbs: Record<string, string> = {
    'Segment Entered': 'entered',
    'Segment Left': 'left',
    'Persona Changed': 'became',
  };
  return rows.map(({ who, name, subject }) => `${who} ${verbs[name] ?? name} ${subject}`);
}

/** Who is in which segment now: `ada viewers`. */
export async function membersIn(sql: TestDatabase['sql']): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select (select min(external_id) from customer_ids i where i.customer_id = m.customer_id) || ' ' || m.segment as line
    from memberships m join segments s on s.name = m.segment and s.generation = m.generation
    where m.is_member order by 1`;
  return rows.map(({ line }) => line);
}
