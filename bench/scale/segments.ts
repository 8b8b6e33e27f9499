import { event } from '../../src/define/event.ts';
import {
  above,
  all,
  any,
  bought,
  consented,
  did,
  firstOrdered,
  hasOpenOrder,
  inSegment,
  interestedIn,
  lastDid,
  lastOrdered,
  not,
  ordered,
  reachable,
  spent,
  trait,
} from '../../src/define/predicate.ts';
import { segment, type Segment } from '../../src/define/segment.ts';
import { windowShoppers } from '../../src/segments/window-shoppers.ts';

const viewed = event('Product Viewed');
const added = event('Product Added');
const completed = event('Order Completed');
const supportRequested = event('Support Requested');
const supportResolved = event('Support Resolved');

export const looksAround = segment('looks-around', did(viewed).atLeast(3).within('30 days'));
export const highValue = segment('high-value', spent('USD').atLeast(200).within('365 days'));
export const goneQuiet = segment('gone-quiet', lastDid(viewed).longerAgoThan('60 days'));
export const cartLeft = segment('cart-left', did(added).within('30 days').notFollowedBy(completed));
export const worthAMail = segment(
  'worth-a-mail',
  all(
    consented('email'),
    any(ordered().atLeast(2).within('365 days'), trait('tier').is('gold')),
    not(did(supportRequested).within('30 days')),
  ),
);
const gold = segment('gold', trait('tier').is('gold'));
const interested = (category: string) => interestedIn({ category }).atLeast(3).within('30 days');

/** Thirty segments as a shop has them. A look at a product touches nine of them, an order eleven. */
export const segments: readonly Segment[] = [
  segment('loyal', ordered().atLeast(3)),
  segment('loyal-this-year', ordered().atLeast(3).within('365 days')),
  segment('first-time-buyer', all(ordered().exactly(1), lastOrdered().within('30 days'))),
  segment('new-buyer', firstOrdered().within('30 days')),
  segment('about-to-lapse', lastOrdered().longerAgoThan('90 days').within('180 days')),
  segment('lapsed', lastOrdered().longerAgoThan('180 days')),
  segment('discount-hunter', did(event('Coupon Applied')).atLeast(2).within('180 days')),
  highValue,
  windowShoppers,
  looksAround,
  segment(
    'unhappy',
    any(
      did(supportRequested).within('30 days').notFollowedBy(supportResolved),
      hasOpenOrder().longerAgoThan('10 days').within('60 days'),
    ),
  ),
  cartLeft,
  segment('into-kitchen', interested('Kitchen')),
  segment('into-garden', interested('Garden')),
  segment('into-shoes', interested('Shoes')),
  segment('may-be-mailed', consented('email')),
  worthAMail,
  segment('on-the-phone', all(reachable('sms'), consented('sms'))),
  segment('in-the-alps', trait('region').is('alps')),
  gold,
  segment('birthday-this-week', trait('birthday').hasAnniversaryWithinDays(6)),
  segment('searching', did(event('Products Searched')).atLeast(2).within('7 days')),
  segment('reviewer', did(event('Product Reviewed'))),
  segment(
    'big-basket',
    did(event('Checkout Started'))
      .with({ value: above(100) })
      .within('30 days'),
  ),
  segment('gold-and-quiet', all(inSegment(gold), not(did(viewed).within('30 days')))),
  goneQuiet,
  segment('got-money-back', did(event('Order Refunded')).within('90 days')),
  segment('waits-for-a-parcel', hasOpenOrder()),
  segment('bought-the-first', bought({ sku: 'S-38' })),
  segment('good-in-kitchen', all(inSegment(highValue), interested('Kitchen'))),
];
