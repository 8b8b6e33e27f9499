import type { Span } from '../domain/span.ts';
import type { DropRule } from '../domain/price-drop.ts';
import type { Audience } from './audience.ts';

/** Who last saw a product cost more: found by what each of them saw, not by a predicate. */
export interface PriceAudience {
  readonly of: 'price';
  readonly name: 'saw-it-dearer';
  /** Defaults of what an operator may change about it, beside the watch's own settings; changes follow at once. */
  readonly settings: PriceAudienceSettings;
}

export type PriceAudienceSettings = Readonly<DropRule> & {
  /** How long ago they looked at most. */
  readonly within: Span;
};

/**
 * Everybody to whom the price of the watch's product is a drop now: who looked at it within so long, when it cost more by
 * so many percent, or by so much. It is held against the last price that each of them saw, or was told by this watch.
 * Left out are who has ever bought it, and who bought one of its substitutes since they looked.
 */
export function sawItDearer({ within, percent = 0, amountMinor = 0 }: Dearer): PriceAudience {
  return { of: 'price', name: 'saw-it-dearer', settings: { percent, amountMinor, within } };
}

/** @see DropRule */
type Dearer = Pick<PriceAudienceSettings, 'within'> & Partial<DropRule>;

export function isPriceAudience(audience: Audience<never> | PriceAudience | null): audience is PriceAudience {
  return audience !== null && 'of' in audience;
}
