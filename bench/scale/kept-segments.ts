import { indexJourneys } from '../../src/routing/journey-index.ts';
import { standing } from '../../src/routing/kept-segments.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { recomputeSegments, takeOverFoundSegments } from '../../src/routing/recompute-segments.ts';
import { noHearers } from '../../src/routing/product-hearers.ts';
import type { RoutingContext } from '../../src/routing/route-batch.ts';
import { indexSegments, type SegmentIndex } from '../../src/routing/segment-index.ts';
import type { Segment } from '../../src/define/segment.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import { segmentStates } from '../../src/db/queries/segment-states.ts';
import { silentLog } from '../../src/log.ts';
import type { Bench } from '../bench.ts';
import { msOf } from '../statistics.ts';
import type { ScaleShop } from './scale-shop.ts';
import { segments } from './segments.ts';

/** What routing in this process works with: the product's, with these segments and journeys. */
export function routingContext(
  bench: Bench,
  shop: ScaleShop,
  has: { segments: SegmentIndex; journeys?: readonly JourneyDefinition[] },
): RoutingContext {
  return {
    sql: shop.database.sql,
    clock: bench.clock,
    journeys: indexJourneys(has.journeys ?? []),
    watches: [],
    hearers: noHearers,
    segments: has.segments,
    currency: 'USD',
    secret: 'bench',
  };
}

export const indexOf = (some: readonly Segment[]): SegmentIndex =>
  indexSegments(some, { segments: [], otherwise: 'everybody' });

/** How long it took to compute a segment for everybody as the router does it in the background, milliseconds. */
export interface Computed {
  /** The statement that finds them, into the table where they wait. */
  foundMs: number;
  /** From there into the memberships, chunk by chunk under the lock of routing. */
  takenMs: number;
}

const computed = new WeakMap<ScaleShop, Promise<ReadonlyMap<string, Computed>>>();

/** Computes every segment of the benchmark for a shop, once: by name, how long each took. */
export function keptSegments(bench: Bench, shop: ScaleShop): Promise<ReadonlyMap<string, Computed>> {
  const all = computed.get(shop) ?? compute(bench, shop);
  computed.set(shop, all);
  return all;
}

async function compute(bench: Bench, shop: ScaleShop): Promise<ReadonlyMap<string, Computed>> {
  const all = new Map<string, Computed>();
  for (const segment of segments) {
    const context = routingContext(bench, shop, { segments: indexOf([segment]) });
    // Not as a router that starts: one that declares a single segment forgets all others, and they would not be kept.
    const pass = { stop: new AbortController().signal, isFirst: false, looksAtBases: false };
    const foundMs = await msOf(() => recomputeSegments({ context, log: silentLog }, pass));
    const takenMs = await msOf(async () => {
      while ((await takeDueTurn(context, [takeOverFoundSegments])).isMore);
    });
    all.set(segment.name, { foundMs, takenMs });
  }
  await allKept(shop);
  await shop.database.sql.unsafe('vacuum analyze');
  return all;
}

/** @throws Error when not all segments are kept: another release's would cost routing something else. */
async function allKept({ database: { sql } }: ScaleShop): Promise<void> {
  const { kept } = standing(indexOf(segments).segments, await segmentStates(sql));
  if (kept.length < segments.length)
    throw new Error(`Of ${segments.length} segments ${kept.length} are kept.`);
}
