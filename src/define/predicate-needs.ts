import { orderEvents } from '../domain/order-events.ts';
import type { Predicate } from './predicate-data.ts';
import { isDated, leavesOf, treeOf, type Leaf } from './predicate-tree.ts';

/** What a predicate looks at: nothing else that happens can change its answer, but time. */
export interface Needs {
  /** Names of tracks. */
  readonly tracks: readonly string[];
  /** Names of traits. */
  readonly traits: readonly string[];
  readonly orders: boolean;
  readonly consents: boolean;
  /** The category or the skus of products: a change of the catalogue may change the answer for anybody. */
  readonly catalogue: boolean;
  /** It may change by time alone. */
  readonly time: boolean;
}

/** The trait with the customer's own zone. */
export const zoneTrait = 'timezone';

export function needsOf(predicate: Predicate): Needs {
  const needs = leavesOf(treeOf(predicate)).map(needsOfLeaf);
  const names = (lists: readonly (readonly string[])[]) => [...new Set(lists.flat())];
  return {
    tracks: names(needs.map(({ tracks }) => tracks)),
    traits: names(needs.map(({ traits }) => traits)),
    orders: needs.some(({ orders }) => orders),
    consents: needs.some(({ consents }) => consents),
    catalogue: needs.some(({ catalogue }) => catalogue),
    time: needs.some(({ time }) => time),
  };
}

const nothing: Needs = {
  ...{ tracks: [], traits: [], orders: false, consents: false, catalogue: false, time: false },
};

function needsOfLeaf(leaf: Leaf): Needs {
  switch (leaf.kind) {
    case 'trait': {
      return {
        ...nothing,
        traits: isDated(leaf) ? [leaf.trait, zoneTrait] : [leaf.trait],
        time: leaf.test.is === 'day',
      };
    }
    case 'did': {
      const time = isRolling(leaf.window) || (leaf.follow?.did === false && leaf.follow.within !== null);
      const catalogue = leaf.about !== null && leaf.about.kind !== 'topic';
      return { ...nothing, tracks: [...leaf.events, ...(leaf.follow?.events ?? [])], catalogue, time };
    }
    case 'ordered':
      return {
        ...nothing,
        orders: true,
        catalogue: leaf.about?.kind === 'category',
        time: isRolling(leaf.window),
      };
    case 'consent':
      return { ...nothing, consents: true };
    case 'reachable':
      return { ...nothing, traits: [leaf.channel === 'email' ? 'email' : 'phone'] };
  }
}

const isRolling = ({ within, longerAgoThan }: { within: unknown; longerAgoThan: unknown }): boolean =>
  within !== null || longerAgoThan !== null;

/** What of an accepted event the question needs. */
interface Happened {
  readonly kind: string;
  readonly name: string | null;
  readonly body: {
    readonly traits?: Readonly<Record<string, unknown>>;
    readonly context?: Readonly<Record<string, unknown>>;
  };
}

/** Whether an event may change the answer for its customer, or for whom its order is. Joins of customers are not asked here. */
export function touches(needs: Needs, event: Happened): boolean {
  if (event.kind === 'track' && event.name !== null && needs.tracks.includes(event.name)) return true;
  return touchesState(needs, event);
}

/** The same by what an event changes beside that it happened: orders, traits or consents. */
export function touchesState(needs: Needs, { kind, name, body }: Happened): boolean {
  if (needs.orders && kind === 'track' && name !== null && orderEvents.includes(name)) return true;
  if (needs.consents && kind === 'identify' && body.context?.['consent'] !== undefined) return true;
  if (needs.traits.length === 0) return false;
  const inContext = body.context?.['traits'];
  return givesTrait(needs, inContext) || (kind === 'identify' && givesTrait(needs, body.traits));
}

function givesTrait({ traits }: Needs, given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const stated: unknown = (given as Record<string, unknown>)['stated'];
  const own = (of: unknown, name: string) => typeof of === 'object' && of !== null && Object.hasOwn(of, name);
  return traits.some((name) => own(given, name) || own(stated, name));
}
