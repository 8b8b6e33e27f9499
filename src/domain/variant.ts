import { drawWeighted, type Shares } from './split.ts';

export type { Shares };

/** Of what a customer's variant is drawn. */
export interface VariantQuestion {
  message: string;
  /** Of the message's declaration; null: it has no variants. */
  declared: Shares | null;
  /** What an operator has set in their place, by variant; one that is declared no more counts for nothing. */
  set: Shares;
  armKey: string;
  /** The variant of the customer's last would-send of this message; null when there was none. */
  seen: string | null;
}

/**
 * The variant of a message that a customer gets; null for a message without variants.
 *
 * Who has had a variant before, or would have had it were it not for the holdout, keeps it for as long as its weight is
 * above 0, whatever the weights become: somebody who sees both tells neither. All others are drawn by hash of their arm
 * key and the message, so that the draw is the same at every would-send, also in a replay; a changed weight moves as few
 * of them as can be. A weight of 0 takes a variant away from everybody.
 */
export function variantOf({ message, declared, set, armKey, seen }: VariantQuestion): string | null {
  if (declared === null) return null;
  const weights = weightsOf(declared, set);
  if (seen !== null && (weights[seen] ?? 0) > 0) return seen;
  return drawWeighted(armKey, `variant:${message}`, weights);
}

/** The weights in force. Where all that an operator left above 0 is declared no more, the defaults are. */
export function weightsOf(declared: Shares, set: Shares): Shares {
  const weights = Object.fromEntries(
    Object.entries(declared).map(([name, weight]) => [name, Object.hasOwn(set, name) ? set[name]! : weight]),
  );
  return Object.values(weights).some((weight) => weight > 0) ? weights : declared;
}
