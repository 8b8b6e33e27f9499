import { matchingName } from '../domain/derived-event.ts';
import type { PersonaName } from '../personas/index.ts';
import { event, type EventType } from './event.ts';
import type { Segment } from './segment.ts';

/** An ordered list of segments. A customer has exactly one persona: the first whose segment they are in. */
export interface Personas<Name extends string = string> {
  readonly segments: readonly Segment<Name>[];
  /** The last persona, which whoever is in none of the segments has. */
  readonly otherwise: Name;
}

/** Declares the personas: the name of each is that of its segment, and the last one's is given. */
export function personasInOrder<const Names extends string, const Otherwise extends string>(
  segments: readonly Segment<Names>[],
  otherwise: Otherwise,
): Personas<Names | Otherwise> {
  return { segments, otherwise };
}

/** Names of the personas of a list. */
export type NameOf<List> = List extends Personas<infer Name> ? Name : never;

/** What a change of persona carries: the names of the one they had and of the one they have. */
export type PersonaChange = { from: string; to: string };

/** A customer's persona becomes another, whichever. */
export const personaChanges: EventType<PersonaChange> = event<PersonaChange>('Persona Changed');

/** A customer's persona becomes this one. */
export function personaBecomes(to: PersonaName): EventType<PersonaChange> {
  return event<PersonaChange>(matchingName('Persona Changed', to));
}

/** The persona of whoever is in these segments. */
export function personaOf({ segments, otherwise }: Personas, isIn: (segment: string) => boolean): string {
  return segments.find(({ name }) => isIn(name))?.name ?? otherwise;
}

/** Every name of the list, in order. */
export function personaNames({ segments, otherwise }: Personas): string[] {
  return [...segments.map(({ name }) => name), otherwise];
}
