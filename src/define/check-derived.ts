import { derivedFrom } from '../domain/derived-event.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { EventType } from './event.ts';
import type { JourneyDefinition } from './journey.ts';
import { personaNames, type Personas } from './personas.ts';
import type { Segment } from './segment.ts';

/** What routing keeps, and journeys may name. */
export interface KeptForJourneys {
  readonly segments: readonly Segment[];
  readonly personas: Personas;
}

/**
 * What is wrong with the segments and personas that a journey names, one sentence for each: nobody would ever enter a
 * segment that is not kept.
 */
export function problemsOfDerived(
  { starts, ends, hears }: JourneyDefinition,
  { segments, personas }: KeptForJourneys,
): string[] {
  const named: [string, EventType | null | undefined][] = [
    ['starts', starts],
    ...Object.entries(ends).map(([key, event]): [string, EventType] => [`ends.${key}`, event]),
    ...Object.entries(hears).map(([key, event]): [string, EventType] => [`hears.${key}`, event]),
  ];
  const known = [...new Set([...segments, ...personas.segments].map(({ name }) => name))];
  return named.flatMap(([field, event]) => {
    // What is no event at all is told elsewhere.
    const name: unknown = event?.name;
    const derived = typeof name === 'string' ? derivedFrom(name) : null;
    switch (derived?.name) {
      case 'Segment Entered':
      case 'Segment Left':
        return unknown(derived.subject, known, `${field}: the segment`, 'src/segments/index.ts');
      case 'Persona Changed':
        return unknown(
          derived.subject,
          personaNames(personas),
          `${field}: the persona`,
          'src/personas/index.ts',
        );
      default:
        return [];
    }
  });
}

function unknown(name: string, known: readonly string[], what: string, file: string): string[] {
  if (known.includes(name)) return [];
  return [`${what} "${name}" is not in ${file}: add it there${didYouMean(name, known) || '.'}`];
}
