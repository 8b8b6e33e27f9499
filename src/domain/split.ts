import { drawOf } from './holdout.ts';

/** The arms of a split and their shares of the customers, which add up to 1. */
export type Shares = Readonly<Record<string, number>>;

/** What makes a split's draw its own: the journey's name for ever, and the split's. */
export interface SplitName {
  readonly journey: string;
  readonly split: string;
}

/** The arm of a customer: the same at every entry, for nothing goes in but the key, the names and the shares. */
export function splitArmOf(armKey: string, { journey, split }: SplitName, shares: Shares): string {
  return drawWeighted(armKey, `split:${journey}:${split}`, shares);
}

/**
 * One of some names, each as often as its weight has a share in all of them; one of weight 0 never.
 *
 * Weighted rendezvous hashing: each draws an exponentially distributed time whose rate is its weight, and the
 * first one wins. So each gets its share exactly, their order means nothing, and a changed weight moves as
 * few customers as can be: only to the names that grew relative to the rest, and from those that shrank.
 */
export function drawWeighted(armKey: string, salt: string, weights: Shares): string {
  const names = Object.keys(weights).filter((name) => weights[name]! > 0);
  if (names.length === 1) return names[0]!;
  const times = names.map((name) => {
    const draw = drawOf(`${salt}:${name}`, armKey);
    return { name, time: -Math.log(1 - draw) / weights[name]! };
  });
  return times.reduce((first, one) => (one.time < first.time ? one : first)).name;
}
