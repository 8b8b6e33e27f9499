import { bounds } from './bounds.ts';

/** Values of an event's properties that are facts: texts, numbers and booleans; lists and objects are not among them. */
export type FactProperties = Record<string, string | number | boolean>;

/**
 * What of an event's properties is kept for ever: texts up to the bound, numbers and booleans, up to so many of them.
 * Lists and objects stay with the event; what was ordered is kept as order lines. Null when nothing is left.
 */
export function factProperties(properties: Record<string, unknown> | undefined): FactProperties | null {
  if (properties === undefined) return null;
  const values = Object.values(properties);
  // Mostly all of them are, and routing asks for each event.
  if (values.length > 0 && values.length <= bounds.factProperties && values.every(isFact))
    return properties as FactProperties;
  const kept = Object.entries(properties)
    .filter((entry): entry is [string, FactProperties[string]] => isFact(entry[1]))
    .slice(0, bounds.factProperties);
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

function isFact(value: unknown): value is FactProperties[string] {
  if (typeof value === 'string') return value.length <= bounds.factLength;
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
