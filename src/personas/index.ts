import { personasInOrder, type NameOf } from '../define/personas.ts';
import { aboutToLapse } from '../segments/about-to-lapse.ts';
import { cannotLose } from '../segments/cannot-lose.ts';
import { champions } from '../segments/champions.ts';
import { discountHunters } from '../segments/discount-hunters.ts';
import { expectingOrder } from '../segments/expecting-order.ts';
import { firstTimeBuyers } from '../segments/first-time-buyers.ts';
import { giftBuyers } from '../segments/gift-buyers.ts';
import { highValue } from '../segments/high-value.ts';
import { lapsed } from '../segments/lapsed.ts';
import { loyalShoppers } from '../segments/loyal-shoppers.ts';
import { newcomers } from '../segments/newcomers.ts';
import { repeatBuyers } from '../segments/repeat-buyers.ts';
import { undecided } from '../segments/undecided.ts';
import { unhappy } from '../segments/unhappy.ts';
import { windowShoppers } from '../segments/window-shoppers.ts';

/**
 * Sixteen personas, in the order in which they count: a customer is the first they fit. What they wait for comes first,
 * what they say of themselves next, then what they have done, the rarest before the common.
 */
export const personas = personasInOrder(
  [
    /** Something went wrong and is not put right: whatever else they are, they are sold nothing now. */
    unhappy,
    /** A parcel is on its way, and that is what they come to ask about. */
    expectingOrder,
    /** They say that it is for somebody else, so that what they like themselves is beside the point. */
    giftBuyers,
    /** The best customers there are, and they are here: they want to be first, not to save. */
    champions,
    /** They were the best and stay away: worth a call by a person. */
    cannotLose,
    /** Ordered, but not lately: a reminder may be all it takes. */
    aboutToLapse,
    /** Ordered once upon a time: they have to be won again. */
    lapsed,
    /** Spend much, whether or not they come often: they want advice and service. */
    highValue,
    /** Come back of their own accord: they want it quick, and to be known. */
    loyalShoppers,
    /** Buy at a lower price or not at all. */
    discountHunters,
    /** Have their first order behind them and wonder whether it was right. */
    firstTimeBuyers,
    /** Came a second time: about to become loyal. */
    repeatBuyers,
    /** Put something into a cart and stopped: they lack an answer, not a product. */
    undecided,
    /** Look around again and again and take nothing: they need help to choose. */
    windowShoppers,
    /** Are here for the first time and find their way. */
    newcomers,
  ],
  // Whoever is left: nothing is known that would make a difference.
  'everybody-else',
);

export type PersonaName = NameOf<typeof personas>;
