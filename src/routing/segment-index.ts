import { createHash } from 'node:crypto';
import { personaNames, type Personas } from '../define/personas.ts';
import type { Predicate } from '../define/predicate-data.ts';
import { anyEffect, effectOf, type Effect } from '../define/predicate-effect.ts';
import { needsOf, touches, touchesState, type Needs } from '../define/predicate-needs.ts';
import { treeOf, type Tree } from '../define/predicate-tree.ts';
import type { Segment } from '../define/segment.ts';
import { factProperties } from '../domain/fact-properties.ts';
import { orderEvents } from '../domain/order-events.ts';
import type { AcceptedEvent } from './event.ts';

/** What a segment's members were found by beside its predicate: another number makes all segments be computed anew. */
const compiledBy = 1;

/** A segment as routing keeps it. */
export interface KeptSegment extends Pick<Segment, 'name' | 'where'> {
  /** Its place in the list: of one event's doing, that of the first segment comes first. */
  readonly place: number;
  /** A hash of what its members are found by. */
  readonly definition: string;
  readonly needs: Needs;
  /** What it asks, segments inlined. */
  readonly tree: Tree;
  /** Whether somebody of whom nothing is known might be in it, or come into it as time goes by. */
  readonly takesNewcomers: boolean;
}

/** The segments that this code declares, and the personas made of them. */
export interface SegmentIndex {
  readonly segments: readonly KeptSegment[];
  /** By the name of a track, those that ask whether it happened, or for what it does to orders. */
  readonly byTrack: ReadonlyMap<string, readonly KeptSegment[]>;
  /** What all of them ask. */
  readonly predicates: readonly Predicate[];
  readonly personas: Personas;
  /** A hash of the personas' order. */
  readonly personasDefinition: string;
}

/** Those of the personas are kept as well, whether or not they are listed. */
export function indexSegments(segments: readonly Segment[], personas: Personas): SegmentIndex {
  const byName = new Map([...segments, ...personas.segments].map((one) => [one.name, one]));
  const kept = [...byName.values()].map(({ name, where }, place) => ({
    ...{ name, where, place },
    definition: hashOf([compiledBy, where]),
    needs: needsOf(where),
    tree: treeOf(where),
    takesNewcomers: mayHoldForNobody(treeOf(where)),
  }));
  return {
    segments: kept,
    byTrack: byTrackOf(kept),
    predicates: [...byName.values()].map(({ where }) => where),
    personas,
    personasDefinition: hashOf(personaNames(personas)),
  };
}

/** Nothing is declared: nobody is in any segment, and everybody has the one persona there is. */
export const noSegments: SegmentIndex = indexSegments([], { segments: [], otherwise: 'everybody' });

function byTrackOf(segments: readonly KeptSegment[]): Map<string, KeptSegment[]> {
  const names = new Set([...orderEvents, ...segments.flatMap(({ needs }) => needs.tracks)]);
  return new Map(
    [...names].map((name) => [
      name,
      segments.filter(({ needs }) => touches(needs, { kind: 'track', name, body: {} })),
    ]),
  );
}

/** The segments that ask for something an event may change. */
export function touchedBy(index: SegmentIndex, event: AcceptedEvent): KeptSegment[] {
  return candidatesFor(index, event).filter(({ needs }) => touches(needs, event));
}

/** Every segment that an event may touch, and few others: most events are tracks that give no traits. */
function candidatesFor(
  { segments, byTrack }: SegmentIndex,
  { kind, name, body }: AcceptedEvent,
): readonly KeptSegment[] {
  if (kind !== 'track' || name === null || body.context?.['traits'] !== undefined) return segments;
  return byTrack.get(name) ?? [];
}

/** What an event may do to each of the segments of which it may change whether its customer is in them. */
export function effectsOf(
  index: SegmentIndex,
  event: AcceptedEvent,
  isNewcomer: boolean,
): Map<KeptSegment, Effect> {
  const effects = new Map<KeptSegment, Effect>();
  if (index.segments.length === 0) return effects;
  const { name, occurredAt: at } = event;
  const deed = event.kind !== 'track' || name === null ? null : { name, at, properties: factsOf(event) };
  for (const segment of isNewcomer ? index.segments : candidatesFor(index, event)) {
    const { needs, takesNewcomers, tree } = segment;
    if ((isNewcomer && takesNewcomers) || touchesState(needs, event)) effects.set(segment, anyEffect);
    else if (deed !== null && needs.tracks.includes(deed.name)) {
      const effect = effectOf(tree, deed);
      if (effect.raisesFrom < Infinity || effect.lowersFrom < Infinity) effects.set(segment, effect);
    }
  }
  return effects;
}

const factsOf = ({ body }: AcceptedEvent) => factProperties(body.properties);

/** Whether it may hold for who has no traits, has done nothing and said nothing: too often yes costs a look, no. */
function mayHoldForNobody(tree: Tree): boolean {
  switch (tree.op) {
    case 'all':
      return tree.of.every(mayHoldForNobody);
    case 'any':
      return tree.of.some(mayHoldForNobody);
    case 'leaf': {
      const { leaf, negated } = tree;
      const isSum =
        (leaf.kind === 'did' && leaf.sum !== null) || (leaf.kind === 'ordered' && leaf.spent !== null);
      return negated || isSum;
    }
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
