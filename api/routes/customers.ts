import type { IRouter } from 'express';
import { z } from 'zod';
import { customerDates } from '../../src/db/queries/customer-dates.ts';
import { customerPersona } from '../../src/db/queries/customer-persona.ts';
import { customerProfile, type CustomerProfile } from '../../src/db/queries/customer-profile.ts';
import { membersOf } from '../../src/db/queries/evaluate-predicate.ts';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { suppressedNow, type SuppressedNow } from '../../src/db/queries/leaving-customer.ts';
import { traitOrigins } from '../../src/db/schema/customers.ts';
import { addressHashes } from '../../src/domain/address-hash.ts';
import { suppressionReasons, type SuppressionReason } from '../../src/domain/suppression.ts';
import { channels, type Channel } from '../../src/domain/task-queues.ts';
import { AppError } from '../../src/errors.ts';
import { personas } from '../../src/personas/index.ts';
import { segments } from '../../src/segments/index.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { customerRead } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';
import { consentsSchema } from './consents.ts';
import { eraseCustomer, erasure } from './erasure.ts';
import { customerWorkflowsUrl } from '../temporal-url.ts';

const querySchema = onlyNamed({ by: z.enum(idKinds).optional() });

const traitSchema = z.object({ value: z.unknown(), origin: z.enum(traitOrigins), at: z.iso.datetime() });

const dateSchema = z.object({
  journey: z.string(),
  date: z.string().nullable().describe('As it came; null when it cannot be read.'),
  zone: z.string().describe("The customer's trait `timezone`, else the shop's."),
  occasion: z.iso.date().nullable().describe('The day for which the journey starts next, or started last.'),
  startsAt: z.iso.datetime().nullable(),
  problem: z.string().nullable().describe('Why it does not start, or not as it was meant.'),
});

const customerSchema = z.object({
  id: z.uuid(),
  userIds: z.array(z.string()).describe('Oldest first.'),
  anonymousIds: z.array(z.string()),
  traits: z.record(z.string(), traitSchema),
  consents: consentsSchema,
  suppressed: z
    .array(z.object({ channel: z.enum(channels), reason: z.enum(suppressionReasons), at: z.iso.datetime() }))
    .describe(
      'Where they are not written to whatever they consented to, for their address is left out: the oldest first. By `unsubscribed`, and until they agree anew, only help and offers are.',
    ),
  segments: z.array(z.string()),
  persona: z.string(),
  dates: z.array(dateSchema).describe('On which journeys start, by the name of the journey.'),
  temporalUrl: z.string().nullable().describe('Their runs in the Temporal UI.'),
});

/** What is known of one customer. */
export function customerRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/v1/customers/:id', {
    get: {
      summary: 'What is known of one customer, by internal id, then userId, then anonymousId.',
      key: 'admin',
      query: querySchema,
      answer: customerSchema,
      errors: ['unknown-customer'],
    },
    delete: erasure,
  });
  resource(router, '/v1/customers/:id', {
    delete: (req, res) => eraseCustomer(deps, req, res),
    get: async (req, res) => {
      requireAdmin(deps.keys, req);
      const { by } = parse(querySchema, req.query, 'malformed-query');
      const id = await customerRead(deps, req.params['id'] as string, by);
      const profile = await customerProfile(deps.database.db, id);
      if (!profile) throw new AppError('unknown-customer', 'This customer is gone.');
      res.json({
        ...profile,
        suppressed: await suppressedOf(deps, profile),
        segments: await segmentsOf(deps, id),
        persona: (await customerPersona(deps.database.sql, id)) ?? personas.otherwise,
        dates: await customerDates(deps.database.sql, id),
        temporalUrl: customerWorkflowsUrl(deps.config, id),
      });
    },
  });
}

/** Without those that ended when they agreed to the channel again. */
async function suppressedOf(
  { database, secret }: RouteDeps,
  { id, traits, consents }: CustomerProfile,
): Promise<{ channel: Channel; reason: SuppressionReason; at: Date }[]> {
  const { email, phone } = addressHashes(
    { email: traits['email']?.value, phone: traits['phone']?.value },
    secret,
  );
  const hashes = [email, phone].filter((hash) => hash !== null);
  if (hashes.length === 0) return [];
  const found = await suppressedNow(database.sql, { customerId: id, addressHashes: hashes });
  const holds = ({ channel, reason, at, agreedAt }: SuppressedNow) =>
    reason !== 'unsubscribed' ||
    consents[channel]?.state !== 'granted' ||
    agreedAt === null ||
    agreedAt <= at.getTime();
  return found.filter(holds).map(({ channel, reason, at }) => ({ channel, reason, at }));
}

async function segmentsOf({ database, clock }: RouteDeps, id: string): Promise<string[]> {
  const asked = { who: [id], now: clock.now() };
  const isIn = await Promise.all(
    segments.map(async ({ where }) => (await membersOf(database.sql, where, asked)).has(id)),
  );
  return segments.filter((_, place) => isIn[place]).map(({ name }) => name);
}
