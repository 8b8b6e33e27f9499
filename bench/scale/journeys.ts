import { event, type EventType } from '../../src/define/event.ts';
import { entering, leaving } from '../../src/define/segment.ts';
import { personas } from '../../src/personas/index.ts';
import { journeyVersions } from '../../workflows/definitions.ts';
import { journey } from '../../workflows/sdk/journey.ts';
import { cartLeft, goneQuiet, highValue, looksAround, segments } from './segments.ts';

const common = {
  lasts: '60 days',
  cap: { sends: 2, within: '7 days' },
  ends: { ordered: event('Order Completed') },
} as const;

/** A journey that begins with a wait, as most do: what it costs routing is its row and its dispatches. */
const waiting = (starts: EventType, ends: Record<string, EventType> = {}) =>
  journey({
    ...common,
    starts,
    ends: { ...common.ends, ...ends },
    async run(run) {
      await run.wait('1 day');
      return 'done';
    },
  });

/** Ten journeys: six start on what customers do, four on entering a segment. All but one end with an order. */
export const scaleJourneys = journeyVersions(
  {
    benchCart: waiting(event('Product Added')),
    benchCheckout: waiting(event('Checkout Started')),
    benchWish: waiting(event('Product Added to Wishlist')),
    benchSupport: waiting(event('Support Requested'), { resolved: event('Support Resolved') }),
    benchReview: waiting(event('Product Reviewed')),
    benchSearch: waiting(event('Products Searched')),
    benchLooksAround: waiting(entering(looksAround)),
    benchHighValue: waiting(entering(highValue)),
    benchQuiet: waiting(entering(goneQuiet), { back: leaving(goneQuiet) }),
    benchCartLeft: waiting(entering(cartLeft)),
  },
  { segments, personas },
);
