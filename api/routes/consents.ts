import type { IRouter } from 'express';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import { currentConsents } from '../../src/db/queries/customer-profile.ts';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { insertConsents, type NewConsent } from '../../src/db/queries/insert-consents.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { consentChannels, type ConsentChannel } from '../../src/domain/consent-channels.ts';
import { newId } from '../../src/ids.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { readJson } from '../body.ts';
import { customerOf } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { assertStorable } from '../ingestion/storable.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const querySchema = onlyNamed({ by: z.enum(idKinds).optional() });

const bodySchema = onlyNamed({
  consents: z
    .partialRecord(z.enum(consentChannels), z.enum(['granted', 'denied']))
    .refine(
      (given) => Object.keys(given).length > 0,
      `name at least one channel: ${consentChannels.join(', ')}`,
    ),
  source: z.string().trim().min(1).max(bounds.nameLength),
  wording: z.string().max(bounds.wordingLength).nullish(),
  /** When it was given, if that was before now. */
  at: z.unknown().optional().refine(isTime, 'expected a time after 1970, such as "2026-05-01T12:00:00Z"'),
});
/** What holds for each channel now. */
export const consentsSchema = z.record(
  z.string(),
  z.object({
    state: z.enum(['granted', 'denied']),
    source: z.string(),
    wording: z.string().nullable(),
    at: z.iso.datetime(),
  }),
);

type Body = z.output<typeof bodySchema>;

function isTime(at: unknown): boolean {
  return at == null || (clientTimeMs(at) ?? -1) >= 0;
}

/** What a customer agreed to or refused, with who recorded it and in which words it was asked. */
export function consentRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/v1/customers/:id/consents', {
    put: {
      summary: 'Records what a customer agreed to or refused.',
      key: 'admin',
      query: querySchema,
      body: bodySchema,
      answer: z.object({ consents: consentsSchema }),
      errors: ['unknown-customer', 'unstorable-text', 'too-deep'],
    },
  });
  resource(router, '/v1/customers/:id/consents', {
    put: async (req, res) => {
      requireAdmin(deps.keys, req);
      const { by } = parse(querySchema, req.query, 'malformed-query');
      const came = await readJson(req, res, bounds.bodyBytes);
      assertStorable(came);
      const body = parse(bodySchema, came, 'malformed-body');
      const id = await record(deps, body, () => customerOf(deps, req.params['id'] as string, by));
      res.json({ consents: await currentConsents(deps.database.db, id) });
    },
  });
}

/** Records under whoever the customer is at that moment; gives that customer. */
async function record(
  { database, clock }: RouteDeps,
  body: Body,
  who: () => Promise<string>,
): Promise<string> {
  for (;;) {
    const customerId = await who();
    if (await insertConsents(database, customerId, consentsOf(body, customerId, clock))) return customerId;
  }
}

function consentsOf({ consents, source, wording, at }: Body, customerId: string, clock: Clock): NewConsent[] {
  const now = clock.realNow();
  const givenMs = clientTimeMs(at) ?? now.getTime();
  const givenAt = clock.fromReal(new Date(Math.min(givenMs, now.getTime())));
  return (Object.entries(consents) as [ConsentChannel, 'granted' | 'denied'][]).map(([channel, state]) => ({
    id: newId(clock),
    customerId,
    channel,
    state,
    source,
    wording: wording ?? null,
    at: givenAt,
  }));
}
