import { traitOrigins, type Trait, type TraitOrigin } from '../db/schema/customers.ts';
import { bounds } from '../domain/bounds.ts';
import type { AcceptedEvent } from './event.ts';

/**
 * Traits by name. One whose value is null was taken away: nobody sees it, and it stands where the value stood, so that
 * an older value which comes late, or one of a lower origin, does not bring the trait back.
 */
export type Traits = Record<string, Trait>;

/**
 * The traits after an event: `identify` carries them in `traits` and `context.traits` (RudderStack's browser client
 * only there; what `traits` says goes before), any other event in `context.traits`. Those under `stated` are the
 * customer's own word; the others are what `context.traitsOrigin` says, `observed` when it says nothing.
 *
 * Stated beats observed beats bought-in, whichever is newer. Of one origin the newer beats the older by when it
 * occurred, at one moment the one that came later. A null takes the trait away by the same rule. So the order in which
 * events come does not matter. Answers the same object when nothing changed.
 *
 * What would lead over the bound is not taken: one customer with megabytes of traits, which a write key can make, held
 * up the routing of all others.
 */
export function applyTraits(traits: Traits, event: AcceptedEvent): Traits {
  const { context, traits: own } = event.body;
  const given = [context?.['traits'], event.kind === 'identify' ? own : undefined].filter(isRecord);
  if (given.length === 0) return traits;
  const stated = joined(given.map((one) => one['stated']).filter(isRecord));
  const { stated: _, ...others } = joined(given);
  const changed = setTraits(traits, stated, 'stated', event.occurredAt);
  return setTraits(changed, others, originOf(context?.['traitsOrigin']), event.occurredAt);
}

/** The traits of two customers who became one, up to the bound; where neither beats the other, the survivor's stay. */
export function mergeTraits(into: Traits, from: Traits): Traits {
  const merged = { ...into };
  let left = roomIn(merged);
  for (const [name, trait] of Object.entries(from)) {
    const present = presentIn(merged, name);
    if (!present || !beats(present, trait)) left = take(merged, name, trait, left);
  }
  return merged;
}

const joined = (records: readonly Record<string, unknown>[]) =>
  records.reduce<Record<string, unknown>>((all, one) => ({ ...all, ...one }), {});

/** Who may say which origin is asked at the door. */
function originOf(said: unknown): TraitOrigin {
  return traitOrigins.find((origin) => origin === said) ?? 'observed';
}

function setTraits(
  traits: Traits,
  values: Record<string, unknown>,
  origin: TraitOrigin,
  atMs: number,
): Traits {
  const at = new Date(atMs).toISOString();
  const set = Object.entries(values)
    .map(([name, value]): [string, Trait] => [name, { value: value ?? null, origin, at }])
    .filter(([name, trait]) => {
      const present = presentIn(traits, name);
      return name !== '__proto__' && (!present || beats(trait, present));
    });
  if (set.length === 0) return traits;
  const changed = { ...traits };
  let left = roomIn(changed);
  for (const [name, trait] of set) left = take(changed, name, trait, left);
  return changed;
}

/** A trait may be called `constructor`. */
function presentIn(traits: Traits, name: string): Trait | undefined {
  return Object.hasOwn(traits, name) ? traits[name] : undefined;
}

const roomIn = (traits: Traits): number => bounds.traitsLength - JSON.stringify(traits).length;

/**
 * Takes a trait in, unless it needs more than is left; gives what is left then. Characters of JSON. What takes a trait
 * away does so whether or not there is room to remember it.
 */
function take(traits: Traits, name: string, trait: Trait, left: number): number {
  const lengthOf = (one: Trait | undefined) => (one ? JSON.stringify({ [name]: one }).length : 0);
  const had = lengthOf(presentIn(traits, name));
  const needs = lengthOf(trait) - had;
  if (needs <= Math.max(left, 0)) {
    traits[name] = trait;
    return left - needs;
  }
  if (trait.value !== null) return left;
  delete traits[name];
  return left + had;
}

/** Whether a trait that comes later takes the place of the one there is. */
function beats(trait: Trait, present: Trait): boolean {
  const rank = traitOrigins.indexOf(trait.origin) - traitOrigins.indexOf(present.origin);
  return rank < 0 || (rank === 0 && trait.at >= present.at);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
