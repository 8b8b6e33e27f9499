import { audience } from '../define/audience.ts';
import { all, bought, interestedIn, not } from '../define/predicate.ts';
import { inRegion } from './in-region.ts';

/** The category, as the shop's catalogue and its events name it, in which stands what keeps people warm. */
export const winterCategory = 'winter';

/** Has bought something warm within a year. */
export const hasWarmth = bought({ category: winterCategory }).within('365 days');

/** Who lives in the region, has looked for what keeps warm within a year, and has bought none of it in that time. */
export const wantsWarmth = audience('wants-warmth', ({ region }: { region: string }) =>
  all(
    inRegion.where({ region }),
    interestedIn({ category: winterCategory }).within('365 days'),
    not(hasWarmth),
  ),
);
