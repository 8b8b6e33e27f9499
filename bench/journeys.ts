import { event } from '../src/define/event.ts';
import { stock } from '../src/define/watch.ts';
import { productAdded } from '../src/events/product-added.ts';
import { cartNudge } from '../src/messages/cart-nudge.ts';
import { cart, type CartItem } from '../src/projections/cart.ts';
import { journey } from '../workflows/sdk/journey.ts';

/** How long the journeys and the bare workflows wait. */
export const waitMs = 2_000;

const common = { lasts: '60 days', cap: { sends: 5, within: '1 day' } } as const;
const ordered = event<{ order_id: string }>('Bench Ordered');

const items: CartItem[] = [
  { line: 'kettle', sku: 'K-12', productId: 'kettle-12', quantity: 1, priceMinor: 2_990, currency: 'USD' },
];

/** One send and one wait. The send comes first, so that the run does not begin asleep. */
export const benchAwake = journey({
  ...common,
  starts: event('Bench Awake'),
  async run(run) {
    await run.send(cartNudge, { items });
    await run.wait('2 seconds');
    return 'done';
  },
});

/** One wait and one send: it begins with the wait, so it is started asleep. */
export const benchAsleep = journey({
  ...common,
  starts: event('Bench Asleep'),
  async run(run) {
    await run.wait('2 seconds');
    await run.send(cartNudge, { items });
    return 'done';
  },
});

/** Waits so long that its ending finds it asleep. */
export const benchEnded = journey({
  ...common,
  starts: event('Bench Ended'),
  ends: { ordered },
  async run(run) {
    await run.wait('1 day');
    await run.send(cartNudge, { items });
    return 'done';
  },
});

/** Waits for what never comes: awake at first, so that a worker has had it. */
export const benchWaiting = journey({
  ...common,
  starts: event('Bench Waiting'),
  ends: { ordered },
  hears: { replied: event('Bench Replied') },
  async run(run) {
    await run.until('replied', '30 days');
    return 'done';
  },
});

/** Holds a cart, hears of what is in it, and begins with a wait: it is asleep when it is told. */
export const benchCart = journey({
  ...common,
  starts: productAdded,
  ends: { ordered },
  holds: cart,
  hearsOf: { soldOut: stock.falls(0) },
  async run(run) {
    await run.wait('30 days');
    return 'done';
  },
});
