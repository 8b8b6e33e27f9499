import { trait, type Predicate } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Lives in a region: the trait `region`, named as the subject of `weather.forecast` names it, so that a forecast finds
 * whom it is for.
 */
export const inRegion = (region: string): Predicate => trait('region').is(region);

/** The worked example: a region of its own, because the shop's warehouse there delivers the same day. */
export const inBremen = segment('in-bremen', inRegion('bremen'));
