import { traitOrigins, type Trait, type TraitOrigin } from '../db/schema/customers.ts';
import type { AcceptedEvent } from './event.ts';

export type Traits = Record<string, Trait>;

/**
 * The traits after an event: `identify` carries them in `traits`, any other event in `context.traits`; those under
 * `stated` are the customer's own word. Stated beats observed beats bought-in, and of one origin the newer beats the
 * older. A null takes the trait away. Answers the same object when nothing changed.
 */
export function applyTraits(traits: Traits, event: AcceptedEvent): Traits {
  const given = event.kind === 'identify' ? event.body.traits : event.body.context?.['traits'];
  if (!isRecord(given)) return traits;
  const { stated, ...observed } = given;
  const changed = setTraits(traits, isRecord(stated) ? stated : {}, 'stated', event.occurredAt);
  return setTraits(changed, observed, 'observed', event.occurredAt);
}

/** The traits of two customers who became one. */
export function mergeTraits(into: Traits, from: Traits): Traits {
  const merged = { ...into };
  for (const [name, trait] of Object.entries(from)) {
    const present = merged[name];
    if (!present || beats(trait, present)) merged[name] = trait;
  }
  return merged;
}

function setTraits(
  traits: Traits,
  values: Record<string, unknown>,
  origin: TraitOrigin,
  atMs: number,
): Traits {
  const at = new Date(atMs).toISOString();
  let changed = traits;
  for (const [name, value] of Object.entries(values)) {
    const present = changed[name];
    if (present && !beats({ value, origin, at }, present)) continue;
    changed = { ...changed, [name]: { value, origin, at } };
    if (value === null || value === undefined) delete changed[name];
  }
  return changed;
}

function beats(trait: Trait, present: Trait): boolean {
  const rank = traitOrigins.indexOf(trait.origin) - traitOrigins.indexOf(present.origin);
  return rank < 0 || (rank === 0 && trait.at >= present.at);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
