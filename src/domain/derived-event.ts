/**
 * Events that Kairos derives itself. Each has a name and a subject: the segment, the persona, the journey it is about.
 * Journeys name them by both, `Segment Entered: loyal-shoppers`, the *matching name*.
 */

/** What Kairos calls them: nobody else may signal an event under one of these names to any effect. */
export const derivedNames = ['Segment Entered', 'Segment Left', 'Persona Changed', 'Date Reached'] as const;
export type DerivedName = (typeof derivedNames)[number];

/** The `source` of a derived event: what comes from outside has none, or one of its own. */
export const derivedSource = 'kairos';

/** The name under which journeys name a derived event of one subject. */
export const matchingName = (name: DerivedName, subject: string): string => `${name}: ${subject}`;

/** A matching name taken apart, or null when it is the name of another event. */
export function derivedFrom(matching: string): { name: DerivedName; subject: string } | null {
  const name = derivedNames.find((one) => matching.startsWith(`${one}: `));
  return name === undefined ? null : { name, subject: matching.slice(name.length + 2) };
}

/**
 * The names under which journeys may have named an event: of a derived one the matching name and the bare one, of any
 * other its name. Forging is harmless: what comes from outside under the name of a derived event matches nothing.
 */
export function matchingNames(event: {
  name: string | null;
  source: string | null;
  subject: string | null;
}): string[] {
  const { name, source, subject } = event;
  if (name === null) return [];
  const isDerived = (derivedNames as readonly string[]).includes(name);
  if (isDerived && source === derivedSource) {
    return subject === null ? [name] : [matchingName(name as DerivedName, subject), name];
  }
  return isDerived || derivedFrom(name) !== null ? [] : [name];
}
