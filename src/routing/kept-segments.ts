import type { TransactionSql } from 'postgres';
import type { Generations } from '../db/queries/memberships.ts';
import { addSegments, personasName, segmentStates, type SegmentState } from '../db/queries/segment-states.ts';
import type { RoutingContext } from './route-batch.ts';
import type { KeptSegment } from './segment-index.ts';

/** For how long another release's definition is left alone; real milliseconds. */
const foreignMs = 600_000;

/**
 * How the segments of this code stand in the database, in one routing transaction.
 *
 * - *kept*: its members are those of this definition. Who has no row is not in it.
 * - *computing*: the members of this definition are being found. Who has no row is not known.
 * - *foreign*: the database has another definition, of another release, or computes one. That one's router is told
 *   whom to look at again; if this release has no definition of its own there, its members are left alone. So are those
 *   of a segment that this release does not declare.
 */
export interface StandingSegments {
  readonly kept: readonly KeptSegment[];
  readonly computing: readonly KeptSegment[];
  /** The names of those that another release has to look at. */
  readonly foreign: readonly string[];
  /** Of the kept and of those being computed. */
  readonly generations: Generations;
}

/** Looks how the segments stand, and begins to keep those that nobody kept before. */
export async function standingSegments(
  tx: TransactionSql,
  { segments: index, clock }: RoutingContext,
): Promise<StandingSegments> {
  if (index.segments.length === 0) return standing([], []);
  const states = await segmentStates(tx);
  const added = index.segments.filter(({ name }) => states.every((state) => state.name !== name));
  if (added.length === 0) return standing(index.segments, states);
  await addSegments(tx, added, clock.now());
  return standing(index.segments, await segmentStates(tx));
}

export function standing(
  segments: readonly KeptSegment[],
  states: readonly SegmentState[],
): StandingSegments {
  const byName = new Map(states.map((state) => [state.name, state]));
  const stateOf = ({ name }: KeptSegment) => byName.get(name);
  const isComputing = (one: KeptSegment) => stateOf(one)?.nextDefinition === one.definition;
  const computing = segments.filter(isComputing);
  const kept = segments.filter((one) => !isComputing(one) && stateOf(one)?.definition === one.definition);
  const generations = new Map([
    ...kept.map((one) => [one.name, stateOf(one)!.generation] as const),
    ...computing.map((one) => [one.name, stateOf(one)!.nextGeneration!] as const),
  ]);
  const foreign = segments.filter((one) => !isComputing(one) && isForeign(one, stateOf(one)));
  const declared = new Set(segments.map(({ name }) => name));
  const unknown = states.filter(
    ({ name, definition, nextDefinition }) =>
      name !== personasName && !declared.has(name) && (definition !== '' || nextDefinition !== null),
  );
  return { kept, computing, foreign: [...foreign, ...unknown].map(({ name }) => name), generations };
}

function isForeign({ definition }: KeptSegment, state: SegmentState | undefined): boolean {
  if (!state) return false;
  if (state.nextDefinition !== null) return true;
  // What nobody keeps any more is computed for everybody by whoever keeps it next: nothing need be told of it.
  return state.definition !== '' && state.definition !== definition;
}

/** Whether another release's definition has stood for so long that its router is probably gone. */
export function hasStood({ clock }: RoutingContext, since: Date | null): boolean {
  return since === null || clock.realNow().getTime() - clock.toReal(since).getTime() >= foreignMs;
}
