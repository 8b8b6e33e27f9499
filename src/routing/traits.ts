import { traitOrigins, type Trait, type TraitOrigin } from '../db/schema/customers.ts';
import { bounds } from '../domain/bounds.ts';
import type { AcceptedEvent } from './event.ts';

export type Traits = Record<string, Trait>;

/**
 * The traits after an event: `identify` carries them in `traits` (that of RudderStack's browser client in
 * `context.traits`), any other event in `context.traits`; those under `stated` are the customer's own word. Stated
 * beats observed beats bought-in, and of one origin the newer beats the older. A null takes the trait away. Answers
 * the same object when nothing changed.
 *
 * What would lead over the bound is not taken: one customer with megabytes of traits, which a write key can make, held
 * up the routing of all others.
 */
export function applyTraits(traits: Traits, event: AcceptedEvent): Traits {
  const inContext = event.body.context?.['traits'];
  const given = event.kind === 'identify' ? (event.body.traits ?? inContext) : inContext;
  if (!isRecord(given)) return traits;
  const { stated, ...observed } = given;
  const changed = setTraits(traits, isRecord(stated) ? stated : {}, 'stated', event.occurredAt);
  return setTraits(changed, observed, 'observed', event.occurredAt);
}

/** The traits of two customers who became one, up to the bound. */
export function mergeTraits(into: Traits, from: Traits): Traits {
  const merged = { ...into };
  let left = roomIn(merged);
  for (const [name, trait] of Object.entries(from)) {
    const present = merged[name];
    if (!present || beats(trait, present)) left = take(merged, name, trait, left);
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
  const set = Object.entries(values)
    .map(([name, value]): [string, Trait] => [name, { value, origin, at }])
    .filter(([name, trait]) => !traits[name] || beats(trait, traits[name]));
  if (set.length === 0) return traits;
  const changed = { ...traits };
  let left = roomIn(changed);
  for (const [name, trait] of set) {
    if (trait.value !== null && trait.value !== undefined) left = take(changed, name, trait, left);
    else delete changed[name];
  }
  return changed;
}

const roomIn = (traits: Traits): number => bounds.traitsLength - JSON.stringify(traits).length;

/** Takes a trait in, unless it needs more than is left; gives what is left then. Characters of JSON. */
function take(traits: Traits, name: string, trait: Trait, left: number): number {
  const lengthOf = (one: Trait | undefined) => (one ? JSON.stringify({ [name]: one }).length : 0);
  const needs = lengthOf(trait) - lengthOf(traits[name]);
  if (needs > Math.max(left, 0)) return left;
  traits[name] = trait;
  return left - needs;
}

function beats(trait: Trait, present: Trait): boolean {
  const rank = traitOrigins.indexOf(trait.origin) - traitOrigins.indexOf(present.origin);
  return rank < 0 || (rank === 0 && trait.at >= present.at);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
