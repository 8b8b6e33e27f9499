import { audience } from '../define/audience.ts';
import { trait } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Who lives in a region: the trait `region`, named as the subject of `weather.forecast` names it, so that a forecast
 * finds whom it is for.
 */
export const inRegion = audience('in-region', ({ region }: { region: string }) => trait('region').is(region));

/** The worked example, a segment of one region: what is ordered there is delivered the same day. */
export const inBremen = segment('in-bremen', inRegion.where({ region: 'bremen' }));
