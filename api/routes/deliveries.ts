import type { IRouter } from 'express';
import { z } from 'zod';
import { lookUpCustomer } from '../../src/db/queries/find-customer.ts';
import { listDeliveries, type DeliveryRow } from '../../src/db/queries/list-deliveries.ts';
import { arms, deliveryStates, gateReasons, purposes } from '../../src/domain/delivery.ts';
import { channels } from '../../src/domain/task-queues.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { listOf, pageOf, pageParameters, readCursor, timePlace } from '../cursor.ts';
import { awaitCustomer } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const querySchema = onlyNamed({
  ...pageParameters,
  customer: z.string().optional(),
  name: z.string().optional(),
  message: z.string().optional(),
  channel: z.enum(channels).optional(),
  state: z.enum(deliveryStates).optional(),
  arm: z.enum(arms).optional(),
});

const verdictSchema = z.object({
  at: z.iso.datetime(),
  channel: z.enum(channels).nullable(),
  state: z.enum(deliveryStates),
  reason: z.enum(gateReasons).nullable(),
  words: z.string(),
});

const markTime = z.iso.datetime().nullable();

/** What `shownDelivery` answers. */
export const deliverySchema = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  runId: z.uuid(),
  name: z.string().describe('The journey or watch.'),
  subject: z.string().nullable(),
  message: z.string(),
  nth: z.int().nullable().describe("The n-th time that a journey's run sends this message."),
  purpose: z.enum(purposes),
  channel: z.enum(channels).nullable(),
  variant: z.string().nullable(),
  arm: z.enum(arms).nullable().describe('Null before would-send.'),
  state: z.enum(deliveryStates),
  reason: z
    .enum(gateReasons)
    .nullable()
    .describe('What the state is for; of one that waits for its next channel, what spoke against the last.'),
  heldUntil: z.iso
    .datetime()
    .nullable()
    .describe('When the gate looks again at one that is held for a time.'),
  providerCode: z.string().nullable(),
  openedAt: markTime.describe('First opened, as its provider says; mail programs also open by themselves.'),
  clickedAt: markTime.describe('First clicked.'),
  complainedAt: markTime.describe('When the customer complained of it as spam.'),
  unsubscribedAt: markTime.describe('When the customer unsubscribed by it.'),
  verdicts: z.array(verdictSchema).describe('Every look of the gate and word of the provider, oldest first.'),
  at: z.iso.datetime(),
});

/** The ledger, newest first. */
export function deliveryRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys } = deps;
  describe(router, '/v1/deliveries', {
    get: {
      summary: 'The ledger of deliveries, newest first.',
      key: 'admin',
      query: querySchema,
      answer: listOf(deliverySchema),
    },
  });
  resource(router, '/v1/deliveries', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { limit, cursor, customer, ...filter } = parse(querySchema, req.query, 'malformed-query');
      const before = readCursor(cursor, timePlace);
      if (customer !== undefined && before === null) await awaitCustomer(deps, customer);
      // Also who was erased: what was decided still counts.
      const customerId =
        customer === undefined ? undefined : ((await lookUpCustomer(database.sql, customer))?.id ?? null);
      const rows =
        customerId === null
          ? []
          : await listDeliveries(database.db, { ...filter, customerId }, { before, limit: limit + 1 });
      res.json(pageOf(rows, limit, shownDelivery, (row) => [row.at, row.id]));
    },
  });
}

/** A delivery as it is answered: what was decided, why, and what came of it; never what the message said. */
export function shownDelivery(delivery: DeliveryRow) {
  const { id, customerId, runId, name, subject, message, nth, purpose, channel, variant } = delivery;
  const { arm, state, reason, heldUntil, providerCode, verdicts, at } = delivery;
  const { openedAt, clickedAt, complainedAt, unsubscribedAt } = delivery;
  return {
    ...{ id, customerId, runId, name, subject, message, nth, purpose, channel, variant },
    ...{ arm, state, reason, heldUntil, providerCode, openedAt, clickedAt, complainedAt, unsubscribedAt },
    ...{ verdicts, at },
  };
}
