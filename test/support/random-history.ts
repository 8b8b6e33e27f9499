import type { Chance } from '../plug/chance.ts';
import type { GivenEvent } from './routing.ts';

const hourMs = 3_600_000;
const users = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'];
const visitors = ['a1', 'a2', 'a3', 'a4'];
const zones = [
  'Europe/Berlin',
  'america/havana',
  'Atlantic/Azores',
  'Asia/Kolkata',
  'Pacific/Kiritimati',
  'no zone',
];
/** Days around summer time, leap days, moments near midnight, and what is no date. */
const dates = [
  ...['1988-02-29', '1990-03-29', '2026-03-29', '2026-04-05', '1970-12-31', '--04-01', '03-28', '2026-02-30'],
  ...[
    '2026-03-28T23:30:00Z',
    '2026-03-31T00:00:00.000Z',
    '2026-03-30T23:59:59-05:00',
    '2026-03-29T01:30',
    'soon',
  ],
];

/**
 * What people do within the 45 days before a moment, on the hour, so that many things happen at the same time, and often
 * exactly so long before it as is asked about.
 */
export function randomHistory(
  chance: Chance,
  { until, events }: { until: number; events: number },
): GivenEvent[] {
  return Array.from({ length: events }, () => {
    const hours = chance.happens(0.5) ? chance.pick([1, 6, 24, 72, 240, 720]) : chance.between(0, 45 * 24);
    const at = new Date(until - hours * hourMs).toISOString();
    return { ...who(chance), ...what(chance), at };
  });
}

function who(chance: Chance): GivenEvent {
  if (chance.happens(0.7)) return { userId: chance.pick(users) };
  if (chance.happens(0.7)) return { anonymousId: chance.pick(visitors) };
  return { userId: chance.pick(users), anonymousId: chance.pick(visitors) };
}

function what(chance: Chance): GivenEvent {
  const draw = chance.between(0, 99);
  if (draw < 45) return looking(chance);
  if (draw < 55)
    return { name: 'Points Earned', properties: { points: chance.pick([5, 10, -5, 20, 'many']) } };
  if (draw < 75) return ordering(chance);
  if (draw < 98) return identifying(chance);
  return { kind: 'alias', previousId: chance.pick(users), userId: chance.pick(users), admin: true };
}

function looking(chance: Chance): GivenEvent {
  const product = chance.pick<Record<string, unknown>>([
    { sku: 'A' },
    { sku: ' B ' },
    { product_id: 'P1' },
    { product_id: 'P9' },
    { product_id: 'A' },
    {},
    { category: 'skis' },
    { sku: 'A', category: 'boots' },
    { topic: 'snow' },
  ]);
  const price = chance.pick<Record<string, unknown>>([
    {},
    { price: 5 },
    { price: 15.5 },
    { price: '15' },
    { gift: true },
  ]);
  const name = chance.pick(['Product Viewed', 'Product Viewed', 'Product Added', 'Product List Viewed']);
  return { name, properties: { ...product, ...price } };
}

function ordering(chance: Chance): GivenEvent {
  const properties = {
    order_id: `o${chance.between(0, 14)}`,
    total: chance.pick([10, 25, 40.5]),
    currency: chance.pick(['USD', 'USD', 'JPY']),
  };
  const products = chance.pick([[{ sku: 'A' }], [{ sku: 'B' }, { product_id: 'P1' }], []]);
  const name = chance.pick([
    'Order Completed',
    'Order Completed',
    'Order Completed',
    'Order Refunded',
    'Order Cancelled',
    'Order Shipped',
    'Order Delivered',
  ]);
  return { name, properties: name === 'Order Completed' ? { ...properties, products } : properties };
}

function identifying(chance: Chance): GivenEvent {
  const traits = chance.pick<Record<string, unknown>>([
    { country: chance.pick(['DE', 'AT', 'CH', null]) },
    { points: chance.pick([1, 3, 10, '10', true]) },
    { stated: { interests: chance.pick([['skis', 'snow'], 'skis', ['boots']]) } },
    { interests: ['skis'], stated: { country: 'DE' } },
    { birthday: chance.pick(dates) },
    { birthday: chance.pick(dates) },
    { renewal: chance.pick(dates) },
    { timezone: chance.pick(zones) },
    { timezone: chance.pick(zones) },
    { email: chance.pick(['ada@example.test', 'nobody', ' bob@example.test ', 7]) },
    { phone: chance.pick(['+14155550123', '030 1234', '+49 30 901820']) },
  ]);
  const consent = chance.pick<Record<string, unknown>>([
    {},
    { consent: { channels: { email: chance.happens(0.5) } } },
    { consent: { channels: { email: chance.happens(0.6), 'email:news': chance.happens(0.5), sms: true } } },
  ]);
  return { kind: 'identify', traits, context: consent };
}
