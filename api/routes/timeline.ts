import type { IRouter } from 'express';
import { z } from 'zod';
import { waitEndWords, waitingReasons } from '../../src/domain/waiting.ts';
import type { Config } from '../../src/config.ts';
import { customerTimeline, type TimelineEntry } from '../../src/db/queries/customer-timeline.ts';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { customerRead } from '../customer-of.ts';
import { listOf, pageOf, pageParameters, readCursor, timePlace } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';
import { deliverySchema, shownDelivery } from './deliveries.ts';
import { runSchema, shownRun } from './runs.ts';

const querySchema = onlyNamed({ ...pageParameters, by: z.enum(idKinds).optional() });

const eventSchema = z.object({
  kind: z.literal('event'),
  at: z.iso.datetime(),
  id: z.uuid(),
  type: z.string(),
  name: z.string().nullable(),
  messageId: z.string(),
  receivedAt: z.iso.datetime(),
  properties: z.record(z.string(), z.unknown()),
  traits: z.record(z.string(), z.unknown()),
});
const waitingSchema = z.object({
  kind: z.literal('waiting'),
  at: z.iso.datetime().describe('Since when they wait.'),
  id: z.uuid(),
  list: z.string(),
  sku: z.string(),
  state: z.enum(['waiting', 'consumed', 'closed']),
  reason: z.enum(waitingReasons).nullable().describe('Why it is closed.'),
  words: z
    .string()
    .nullable()
    .describe(
      'Why it is closed, in words: what was bought, such as a substitute, or after how long it ended.',
    ),
  endedAt: z.iso.datetime().nullable(),
  toldIn: z
    .uuid()
    .nullable()
    .describe('The delivery about another product that told of this one too: they were back together.'),
});
const entrySchema = z.discriminatedUnion('kind', [
  eventSchema,
  waitingSchema,
  runSchema.extend({ kind: z.literal('run'), at: z.iso.datetime() }),
  deliverySchema.extend({ kind: z.literal('delivery') }),
]);

/** What happened with a customer, newest first: why they got, or did not get, a message. */
export function timelineRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/v1/customers/:id/timeline', {
    get: {
      summary: 'What happened with a customer, newest first: why they got, or did not get, a message.',
      key: 'admin',
      query: querySchema,
      answer: listOf(entrySchema),
      errors: ['unknown-customer'],
    },
  });
  resource(router, '/v1/customers/:id/timeline', {
    get: async (req, res) => {
      requireAdmin(deps.keys, req);
      const { limit, cursor, by } = parse(querySchema, req.query, 'malformed-query');
      const before = readCursor(cursor, timePlace);
      const customerId = await customerRead(deps, req.params['id'] as string, by);
      const entries = await customerTimeline(deps.database.db, customerId, { before, limit: limit + 1 });
      const shown = (entry: TimelineEntry) => shownEntry(entry, deps.config);
      res.json(pageOf(entries, limit, shown, (entry) => [entry.at, entry.id]));
    },
  });
}

function shownEntry(entry: TimelineEntry, config: Config) {
  const { kind, at } = entry;
  switch (entry.kind) {
    case 'event': {
      const { id, kind: type, name, messageId, receivedAt, body } = entry.event;
      const { properties = {}, traits = {} } = body;
      return { kind, at, id, type, name, messageId, receivedAt, properties, traits };
    }
    case 'run':
      return { kind, at, ...shownRun(entry.run, config) };
    case 'waiting': {
      const { id, list, sku, state, reason, endedAt, toldIn } = entry.entry;
      const words = waitEndWords(entry.entry);
      return { kind, at, id, list, sku, state, reason, words, endedAt, toldIn };
    }
    case 'delivery':
      return { kind, ...shownDelivery(entry.delivery) };
  }
}
