import type { FactProperties } from '../domain/fact-properties.ts';
import { spanMs } from '../domain/span.ts';
import { comparesNumber } from './compares-number.ts';
import type { DidPredicate, EventTest, ValueTest } from './predicate-data.ts';
import type { Tree } from './predicate-tree.ts';

/** Something that a customer did, as it is kept. `at` in epoch milliseconds. */
export interface Deed {
  readonly name: string;
  readonly properties: FactProperties | null;
  readonly at: number;
}

/**
 * What one more event may do to the answer at any moment from now on: at none before `raisesFrom` does it hold though
 * without the event it would not, at none before `lowersFrom` does it fail though without the event it would hold. In
 * epoch milliseconds; `Infinity`: never.
 *
 * So who holds it, and would until some moment that is no later than `lowersFrom`, still does until then: nothing need be
 * asked. Most of what customers do only confirms what is known of them.
 */
export interface Effect {
  readonly raisesFrom: number;
  readonly lowersFrom: number;
}

/** Nothing is known of what follows. */
export const anyEffect: Effect = { raisesFrom: -Infinity, lowersFrom: -Infinity };

/** An event that it does not concern. */
export const noEffect: Effect = { raisesFrom: Infinity, lowersFrom: Infinity };

/** What a deed may do to a predicate, by its events: what it does to orders, traits or consents is not asked here. */
export function effectOf(tree: Tree, deed: Deed): Effect {
  if (tree.op !== 'leaf') {
    let { raisesFrom, lowersFrom } = noEffect;
    for (const one of tree.of) {
      const effect = effectOf(one, deed);
      raisesFrom = Math.min(raisesFrom, effect.raisesFrom);
      lowersFrom = Math.min(lowersFrom, effect.lowersFrom);
    }
    return { raisesFrom, lowersFrom };
  }
  if (tree.leaf.kind !== 'did') return noEffect;
  const { raisesFrom, lowersFrom } = effectOnLeaf(tree.leaf, deed);
  return tree.negated ? { raisesFrom: lowersFrom, lowersFrom: raisesFrom } : { raisesFrom, lowersFrom };
}

function effectOnLeaf(leaf: DidPredicate, deed: Deed): Effect {
  const isIt = mayBe(leaf, deed) && mayBeAbout(leaf.about, deed.properties);
  const follows = leaf.follow !== null && mayBe(leaf.follow, deed);
  if (!isIt && !follows) return noEffect;
  const { longerAgoThan, since, until } = leaf.window;
  const waitsMs = longerAgoThan === null ? 0 : spanMs(longerAgoThan);
  const isBounded = since !== null || until !== null;
  if (leaf.sum !== null || leaf.which === 'first' || (leaf.which === 'last' && isBounded)) return anyEffect;
  if (leaf.which === 'last') {
    // A later last one is no longer so long ago; before it is, it cannot be what makes it hold.
    if (longerAgoThan === null) return { raisesFrom: -Infinity, lowersFrom: Infinity };
    return { raisesFrom: deed.at + waitsMs, lowersFrom: -Infinity };
  }
  // One more of those that are counted: where there may not be too many it can only come to be enough.
  if (leaf.times.atMost !== null) return anyEffect;
  const lowers = follows && !leaf.follow.did;
  const raises = isIt || (follows && leaf.follow.did);
  return {
    // What was followed by it may count at once.
    raisesFrom: !raises ? Infinity : follows || waitsMs === 0 ? -Infinity : deed.at + waitsMs,
    lowersFrom: lowers ? -Infinity : Infinity,
  };
}

/** Whether it is one of these events; too often yes costs a look, no. */
function mayBe({ events, where }: EventTest, { name, properties }: Deed): boolean {
  return (
    events.includes(name) &&
    Object.entries(where).every(([property, test]) => mayPass(own(properties, property), test))
  );
}

function own(properties: FactProperties | null, name: string): FactProperties[string] | undefined {
  return properties !== null && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/**
 * What is not there passes no test, and what is no number none of numbers. The shortest decimals that stand for two
 * numbers, which the database compares, are in the order of the numbers.
 */
function mayPass(value: FactProperties[string] | undefined, test: ValueTest): boolean {
  if (value === undefined || test.is === 'known') return value !== undefined;
  if (test.is === 'one-of') return test.among.includes(value);
  return typeof value === 'number' && comparesNumber(value, test);
}

/** Whether it is about that: a category that the event names itself; else the catalogue knows. */
function mayBeAbout(about: DidPredicate['about'], properties: FactProperties | null): boolean {
  if (about === null) return true;
  if (about.kind === 'topic') return own(properties, 'topic') === about.topic;
  if (about.kind === 'product') {
    return own(properties, 'sku') !== undefined || own(properties, 'product_id') !== undefined;
  }
  const category = own(properties, 'category');
  return typeof category !== 'string' || category === '' || category === about.category;
}
