import { createHash } from 'node:crypto';
import { z } from 'zod';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { toMinor } from '../../src/domain/money.ts';
import { sayExpected } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { parse } from '../parse.ts';

const id = z.union([z.string().trim().min(1), z.number()], 'expected an id: a text or a number');
const time = z
  .unknown()
  .refine((at) => at == null || clientTimeMs(at) !== null, { error: sayExpected('expected a time') })
  .optional();
const amount = z
  .unknown()
  .refine((given) => given == null || toMinor(given, 'USD') !== null, {
    error: sayExpected('expected an amount, such as 19.99'),
  })
  .optional();

/** A part of an order that was paid back. */
const refund = z.looseObject({
  refundId: id.nullish().describe('Without one, its place in the list tells it from the others.'),
  total: amount,
  amount,
  currency: z.string().optional(),
  refundedAt: time,
});

/** A line of `/v1/import/orders`: one order as it is now. Names may be written in snake_case as well. */
export const orderLineSchema = z.looseObject({
  orderId: id,
  userId: id.nullish(),
  anonymousId: id.nullish(),
  total: amount,
  revenue: amount,
  currency: z.string().optional(),
  orderedAt: z
    .unknown()
    .refine((at) => clientTimeMs(at) !== null, { error: sayExpected('expected the time of the order') })
    .describe('A time.'),
  products: z.array(z.record(z.string(), z.unknown())).optional(),
  status: z.string().optional().describe('`cancelled`: it was; any other is kept as a property.'),
  cancelledAt: time,
  shippedAt: time,
  deliveredAt: time,
  refunds: z.array(refund).optional(),
  messageId: z.unknown().optional(),
});

type Order = z.output<typeof orderLineSchema>;
type Happened = { event: string; timestamp: unknown; told: unknown[]; properties?: Record<string, unknown> };

const snakeOfRefund: Record<string, string> = { refund_id: 'refundId', refunded_at: 'refundedAt' };
const snake: Record<string, keyof Order> = {
  order_id: 'orderId',
  user_id: 'userId',
  anonymous_id: 'anonymousId',
  ordered_at: 'orderedAt',
  timestamp: 'orderedAt',
  cancelled_at: 'cancelledAt',
  shipped_at: 'shippedAt',
  delivered_at: 'deliveredAt',
};

/**
 * The Segment messages that an order stands for: that it was completed, and what became of it. Each has a message id
 * made of what it says, so that a file which has the same order again counts once, and one that says something else of
 * it updates it. Refunds are only added, each once by its id: what a later file says of one that is known, or that it
 * leaves one out, changes nothing. @throws AppError `malformed-message`.
 */
export function orderMessages(line: unknown): object[] {
  const order = parse(orderLineSchema, orderCamelled(line), 'malformed-message');
  const { orderId, userId, anonymousId } = order;
  const happened = [
    completed(order),
    ...fate(order),
    ...(order.refunds ?? []).map((one, i) => refunded(order, one, i)),
  ];
  return happened.map(({ event, timestamp, told, properties }) => ({
    type: 'track',
    event,
    ...{ userId, anonymousId, timestamp },
    messageId:
      event === 'Order Completed' && order.messageId != null
        ? order.messageId
        : `import:order:${hashOf([String(orderId), event, ...told])}`,
    properties: { ...properties, order_id: String(orderId) },
  }));
}

function completed(order: Order): Happened {
  const { orderId: _, userId: _u, anonymousId: _a, orderedAt, messageId: _m, ...rest } = order;
  const { refunds: _r, cancelledAt: _c, shippedAt: _s, deliveredAt: _d, ...properties } = rest;
  return {
    event: 'Order Completed',
    timestamp: orderedAt,
    told: [orderedAt, properties],
    properties,
  };
}

function fate({ status, orderedAt, cancelledAt, shippedAt, deliveredAt }: Order): Happened[] {
  const isCancelled = cancelledAt != null || /^cancell?ed$/i.test(status ?? '');
  const cancelled = { event: 'Order Cancelled', timestamp: cancelledAt ?? orderedAt, told: [] };
  return [
    ...(isCancelled ? [cancelled] : []),
    ...(shippedAt == null ? [] : [{ event: 'Order Shipped', timestamp: shippedAt, told: [shippedAt] }]),
    ...(deliveredAt == null
      ? []
      : [{ event: 'Order Delivered', timestamp: deliveredAt, told: [deliveredAt] }]),
  ];
}

function refunded(order: Order, given: z.output<typeof refund>, place: number): Happened {
  const total = given.total ?? given.amount;
  if (total == null) {
    throw new AppError('malformed-message', `refunds[${place}].total: expected an amount, got nothing.`);
  }
  return {
    event: 'Order Refunded',
    timestamp: given.refundedAt ?? order.orderedAt,
    told: [given.refundId == null ? place : String(given.refundId)],
    properties: { total, currency: given.currency ?? order.currency },
  };
}

/** What has its name both ways is taken as it is in the specification of this API. */
function orderCamelled(line: unknown): unknown {
  const order = camelled(line, snake);
  if (!isRecord(order) || !Array.isArray(order['refunds'])) return order;
  return { ...order, refunds: order['refunds'].map((one) => camelled(one, snakeOfRefund)) };
}

function camelled(named: unknown, names: Record<string, string>): unknown {
  if (!isRecord(named)) return named;
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => {
      const camel = Object.hasOwn(names, name) ? names[name]! : name;
      return camel !== name && named[camel] !== undefined ? [] : [[camel, value]];
    }),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hashOf = (what: unknown) => createHash('sha256').update(JSON.stringify(what)).digest('base64url');
