/**
 * Computing a segment for everybody, when its definition is new or another than that of its members, or when what it
 * follows from beside it is: the shop's zone, or what belongs to which category of the catalogue. In neither did
 * anybody do anything: nobody enters or leaves by an event, and no journey starts.
 *
 *   claimed  ->  found  ->  taken over  ->  counts
 *
 * - *claimed*: the next generation is begun, under the routing lock: from here on routing writes of whomever it looks
 *   at, members or not, in that generation, and these rows win.
 * - *found*: one statement has looked at everybody, at one moment after the claim, holding no lock.
 * - *taken over*: chunk by chunk between two batches (`takeOverFoundSegments`, a due work of every router), without an
 *   event and so without starting anything.
 * - *counts*: the generation takes the place of the one before, in one update. Its rows are swept away afterwards.
 *
 * Whoever dies on the way, the next to come claims again, as another generation. One process at a time finds, over all
 * routers. Routers of two releases that declare a segment differently do not wrestle for it: each takes it when it
 * starts, and later only when the other's has stood for a while.
 */
import type { Logger } from 'pino';
import {
  claimSegment,
  computeSegment,
  foundSegments,
  switchSegment,
  sweepMemberships,
  takeOverFound,
} from '../db/queries/compute-segments.ts';
import { forgetSegments, segmentStates, type SegmentState } from '../db/queries/segment-states.ts';
import type { DueWork } from './due.ts';
import { hasStood } from './kept-segments.ts';
import { claimPersonas } from './recompute-personas.ts';
import type { RoutingContext } from './route-batch.ts';
import { awaitRoutingLock } from '../db/routing-lock.ts';
import { basisOf, loadBases } from './segment-basis.ts';
import { Wakeup } from './wakeup.ts';
import { withLock } from '../db/with-lock.ts';

const recomputeLock = 4_702_005;
/** How often it is looked what is to be computed; real milliseconds. */
const everyMs = 5_000;
/** How often the catalogue and the shop's zone are looked at. */
const basesEveryMs = 30_000;
/** Results taken over in one routing transaction: some 50 ms. */
const takenAtOnce = 5_000;

/** Computes what is to be computed, until the signal says stop. Never throws: what fails is logged and tried again. */
export async function runRecomputing(
  parts: { context: RoutingContext; log: Logger },
  stop: AbortSignal,
): Promise<void> {
  const wakeup = new Wakeup();
  let isFirst = true;
  let basesAtMs = -Infinity;
  while (!stop.aborted) {
    try {
      const nowMs = parts.context.clock.realNow().getTime();
      const looksAtBases = nowMs >= basesAtMs;
      const pass = () => recomputeSegments(parts, { stop, isFirst, looksAtBases });
      if (await withLock(parts.context.sql, recomputeLock, pass)) {
        isFirst = false;
        if (looksAtBases) basesAtMs = nowMs + basesEveryMs;
      }
    } catch (error) {
      if (!stop.aborted)
        parts.log.error({ err: error }, 'segments could not be computed and will be tried again');
    }
    await wakeup.pause(everyMs, stop);
  }
}

/**
 * Claims and finds every segment that needs it, and the personas. @param pass `isFirst`: what is another release's is
 * taken as well; `looksAtBases`: also what follows from another zone or catalogue than there is now.
 */
export async function recomputeSegments(
  { context, log }: { context: RoutingContext; log: Logger },
  pass: { stop: AbortSignal; isFirst: boolean; looksAtBases: boolean },
): Promise<void> {
  if (pass.isFirst) await forgetUndeclared(context);
  const states = new Map((await segmentStates(context.sql)).map((state) => [state.name, state]));
  const loaded = pass.looksAtBases ? await loadBases(context) : null;
  for (const segment of context.segments.segments) {
    if (pass.stop.aborted) return;
    const { name, definition, where } = segment;
    const state = states.get(name);
    const isStale =
      loaded !== null && state?.definition === definition && state.basis !== basisOf(segment, loaded);
    if (!isWanted(context, definition, { state, isStale, isFirst: pass.isFirst })) continue;
    // Looked at before the customers are: what changes meanwhile is found to be another next time.
    const basis = basisOf(segment, await loadBases(context));
    const generation = await context.sql.begin(async (tx) => {
      await awaitRoutingLock(tx);
      return claimSegment(tx, { name, definition, basis, at: context.clock.now() });
    });
    log.info({ segment: name, generation }, 'a segment is being computed for everybody');
    await computeSegment(context.sql, { name, where, generation, now: context.clock.now() }, pass.stop);
  }
  await claimPersonas(context, pass.isFirst);
  while (!pass.stop.aborted && (await sweepMemberships(context.sql, takenAtOnce)) > 0);
}

/** What this release does not declare nobody keeps: if it is declared again some day, it is computed anew. */
async function forgetUndeclared({ sql, clock, segments }: RoutingContext): Promise<void> {
  const declared = segments.segments.map(({ name }) => name);
  await sql.begin(async (tx) => {
    await awaitRoutingLock(tx);
    await forgetSegments(tx, { but: declared, at: clock.now() });
  });
}

/** Whether a segment's definition is to be computed here: nobody else is at it, for this process has the lock. */
function isWanted(
  context: RoutingContext,
  definition: string,
  {
    state,
    isStale,
    isFirst,
  }: {
    state: SegmentState | undefined;
    /** By this definition, but by what is no longer so. */
    isStale: boolean;
    isFirst: boolean;
  },
): boolean {
  if (!state) return true;
  if (state.nextDefinition === definition) return state.nextFoundAt === null;
  if (state.nextDefinition === null && isStale) return true;
  const stands = state.nextDefinition === null ? state.computedAt : state.nextBeganAt;
  const isOther = state.nextDefinition !== null || state.definition !== definition;
  return isOther && (isFirst || hasStood(context, stands));
}

/** Takes over what was found, a chunk of each segment, and lets it count when it was the last. */
export const takeOverFoundSegments: DueWork = async (tx, { clock }, limit) => {
  let most = 0;
  for (const found of await foundSegments(tx)) {
    const taken = await takeOverFound(tx, found, takenAtOnce);
    if (taken < takenAtOnce) await switchSegment(tx, found.name, clock.now());
    most = Math.max(most, taken);
  }
  return { done: most === takenAtOnce ? limit : 0, dispatches: 0 };
};
