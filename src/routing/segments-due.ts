import type { TransactionSql } from 'postgres';
import { dueMemberships } from '../db/queries/memberships.ts';
import { oldestUnrouted } from '../db/queries/routed-until.ts';
import { askForLooks, everySegment, takeLooks } from '../db/queries/segment-looks.ts';
import type { DueWork } from './due.ts';
import { standingSegments, type StandingSegments } from './kept-segments.ts';
import type { RoutingContext } from './route-batch.ts';
import { routeRuns } from './route-runs.ts';
import { SegmentLooks, type Reason } from './route-segments.ts';
import type { KeptSegment } from './segment-index.ts';

/**
 * Memberships that time alone changes, and those that somebody else asked to look at again. Time does not overtake the
 * events: what became due after the oldest event that waits was accepted waits with it, or the order that somebody
 * placed yesterday might come too late to keep them out of the lapsed.
 */
export const lookAtDueMemberships: DueWork = async (tx, context, limit) => {
  if (context.segments.segments.length === 0) return { done: 0, dispatches: 0 };
  const standing = await standingSegments(tx, context);
  const by = (await oldestUnrouted(tx)) ?? context.clock.now();
  const due = await dueMemberships(tx, standing.generations, { by, limit });
  // What is asked for a segment of which another release computes its own definition is meant for that one's router.
  const names = standing.kept.map(({ name }) => name).filter((name) => !standing.foreign.includes(name));
  const looks = due.length < limit ? await takeLooks(tx, names, limit - due.length) : [];
  if (due.length + looks.length === 0) return { done: 0, dispatches: 0 };
  const reasons = [
    ...due.map((one) => ({ ...one, segments: segmentsOf(standing, one.segment) })),
    ...looks.map(({ at, ...one }) => ({
      ...one,
      at: at.getTime(),
      segments: segmentsOf(standing, one.segment),
    })),
  ].map(({ customerId, segments, at }) => ({ customerId, segments, at, cause: null, isSilent: false }));
  await passOn(tx, context, { standing, customerIds: allMeant(looks) });
  const dispatches = await follow(tx, context, standing, reasons, by);
  return { done: due.length + looks.length, dispatches };
};

function segmentsOf({ kept, computing }: StandingSegments, name: string): KeptSegment[] {
  return name === everySegment
    ? [...kept]
    : [...kept, ...computing].filter((segment) => segment.name === name);
}

const allMeant = (looks: readonly { segment: string; customerId: string }[]) =>
  looks.filter(({ segment }) => segment === everySegment).map(({ customerId }) => customerId);

/** A look for all segments is not done with while some of them are being computed, or are another release's. */
async function passOn(
  tx: TransactionSql,
  { clock }: RoutingContext,
  { standing, customerIds }: { standing: StandingSegments; customerIds: readonly string[] },
): Promise<void> {
  const segments = [...standing.computing.map(({ name }) => name), ...standing.foreign];
  await askForLooks(tx, { segments, customerIds, at: clock.now() });
}

async function follow(
  tx: TransactionSql,
  context: RoutingContext,
  standing: StandingSegments,
  reasons: readonly Reason[],
  by: Date,
): Promise<number> {
  // As of the moment up to which everything is routed: by a later one, what waits to be routed would be missing.
  const looks = await SegmentLooks.open(tx, context, standing, {
    ...{ concerned: reasons, newcomers: new Set(), now: by },
  });
  await looks.look([...reasons].sort((a, b) => a.at - b.at));
  return routeRuns(tx, context, await looks.close());
}
