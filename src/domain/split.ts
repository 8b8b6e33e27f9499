import { drawOf } from './holdout.ts';

/** The arms of a split and their shares of the customers, which add up to 1. */
export type Shares = Readonly<Record<string, number>>;

/** What makes a split's draw its own: the journey's name for ever, and the split's. */
export interface SplitName {
  readonly journey: string;
  readonly split: string;
}

/**
 * The arm of a customer: the same at every entry, for nothing goes in but the key, the names and the shares.
 *
 * Weighted rendezvous hashing: each arm draws an exponentially distributed time whose rate is its share, and the
 * first one wins. So an arm gets its share exactly, the order of the arms means nothing, and a changed share moves as
 * few customers as can be: only into the arms that grew relative to the rest, and out of those that shrank.
 */
export function splitArmOf(armKey: string, { journey, split }: SplitName, shares: Shares): string {
  const names = Object.keys(shares).filter((arm) => shares[arm]! > 0);
  const times = names.map((arm) => {
    const draw = drawOf(`split:${journey}:${split}:${arm}`, armKey);
    return { arm, time: -Math.log(1 - draw) / shares[arm]! };
  });
  return times.reduce((first, one) => (one.time < first.time ? one : first)).arm;
}
