import { beginPersonas, computePersonas } from '../db/queries/compute-personas.ts';
import { claimSegment, switchSegment } from '../db/queries/compute-segments.ts';
import { personasName, segmentStates, type SegmentState } from '../db/queries/segment-states.ts';
import type { DueWork } from './due.ts';
import { hasStood, standing } from './kept-segments.ts';
import type { RoutingContext } from './route-batch.ts';
import { awaitRoutingLock } from '../db/routing-lock.ts';

/** Customers whose personas are written in one routing transaction. */
const writtenAtOnce = 2_000;

/**
 * Begins to write everybody's persona, when the list of the personas is another, or one of its segments was computed
 * anew; not while one of them is still being computed.
 */
export async function claimPersonas(context: RoutingContext, isFirst: boolean): Promise<void> {
  await context.sql.begin(async (tx) => {
    await awaitRoutingLock(tx);
    const states = await segmentStates(tx);
    const definition = definitionOf(context, states);
    const state = states.find(({ name }) => name === personasName);
    if (definition === null || !isWanted(context, definition, state, isFirst)) return;
    const at = context.clock.now();
    await claimSegment(tx, { name: personasName, definition, at });
    await beginPersonas(tx, at);
  });
}

/** Writes the personas of the next customers, in the order of their ids, without an event; the last ones end it. */
export const writePersonas: DueWork = async (tx, context, limit) => {
  if (context.segments.personas.segments.length === 0) return { done: 0, dispatches: 0 };
  const states = await segmentStates(tx);
  const state = states.find(({ name }) => name === personasName);
  const definition = definitionOf(context, states);
  if (definition === null || state?.nextDefinition !== definition) return { done: 0, dispatches: 0 };
  const names = context.segments.personas.segments.map(({ name }) => name);
  const { generations } = standing(context.segments.segments, states);
  const seen = await computePersonas(tx, names, generations, writtenAtOnce);
  if (seen < writtenAtOnce) await switchSegment(tx, personasName, context.clock.now());
  return { done: seen < writtenAtOnce ? 0 : limit, dispatches: 0 };
};

/** What everybody's persona follows from: the list, and which members of its segments count. Null while these are not known. */
function definitionOf({ segments }: RoutingContext, states: readonly SegmentState[]): string | null {
  const { kept, generations } = standing(segments.segments, states);
  const known = new Set(kept.map(({ name }) => name));
  const names: string[] = segments.personas.segments.map(({ name }) => name);
  if (names.length === 0 || names.some((name) => !known.has(name))) return null;
  return [segments.personasDefinition, ...names.map((name) => generations.get(name)!)].join('/');
}

function isWanted(
  context: RoutingContext,
  definition: string,
  state: SegmentState | undefined,
  isFirst: boolean,
): boolean {
  if (!state) return true;
  const latest = state.nextDefinition ?? state.definition;
  if (latest === definition) return false;
  const isOurs = latest.startsWith(`${context.segments.personasDefinition}/`);
  return isOurs || isFirst || hasStood(context, state.nextBeganAt ?? state.computedAt);
}
