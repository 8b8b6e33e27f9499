import type { Segment } from '../define/segment.ts';
import { aboutToLapse } from './about-to-lapse.ts';
import { cannotLose } from './cannot-lose.ts';
import { champions } from './champions.ts';
import { discountHunters } from './discount-hunters.ts';
import { expectingOrder } from './expecting-order.ts';
import { firstTimeBuyers } from './first-time-buyers.ts';
import { giftBuyers } from './gift-buyers.ts';
import { highValue } from './high-value.ts';
import { inBremen } from './in-region.ts';
import { lapsed } from './lapsed.ts';
import { loyalShoppers } from './loyal-shoppers.ts';
import { newcomers } from './newcomers.ts';
import { reachableByPhone } from './reachable-by-phone.ts';
import { repeatBuyers } from './repeat-buyers.ts';
import { undecided } from './undecided.ts';
import { unhappy } from './unhappy.ts';
import { windowShoppers } from './window-shoppers.ts';

/** Every segment. Workflows do not come here: they import the segments they ask about. */
export const segments: readonly Segment[] = [
  aboutToLapse,
  cannotLose,
  champions,
  discountHunters,
  expectingOrder,
  firstTimeBuyers,
  giftBuyers,
  highValue,
  inBremen,
  lapsed,
  loyalShoppers,
  newcomers,
  reachableByPhone,
  repeatBuyers,
  undecided,
  unhappy,
  windowShoppers,
];
