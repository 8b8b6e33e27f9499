/**
 * The workflows by their durable names: an export's name is the workflow's type in Temporal, for ever.
 * A changed path of steps is a new export, `abandonedCart_v2`, beside the old one.
 */
export { abandonedCart } from './journeys/abandoned-cart.ts';
export { birthday } from './journeys/birthday.ts';
export { backInStock } from './watches/back-in-stock.ts';
export { weather } from './watches/weather.ts';
export { moment } from './watches/moment.ts';
export { priceDrop } from './watches/price-drop.ts';
