import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import { consentHistory, type ConsentRow } from '../../src/db/queries/consent-history.ts';
import { currentConsents } from '../../src/db/queries/current-consents.ts';
import { idKinds } from '../../src/db/queries/find-customer.ts';
import { insertConsents, type NewConsent } from '../../src/db/queries/insert-consents.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { readConsentPlace, type ConsentState } from '../../src/domain/consent.ts';
import { channels } from '../../src/domain/task-queues.ts';
import { newId } from '../../src/ids.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { readJson } from '../body.ts';
import { consentTime } from '../consent-time.ts';
import { listOf, pageOf, pageParameters, readCursor, timePlace } from '../cursor.ts';
import { customerOf, customerRead } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { assertStorable } from '../ingestion/storable.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const querySchema = onlyNamed({ by: z.enum(idKinds).optional() });
const historySchema = onlyNamed({ by: z.enum(idKinds).optional(), ...pageParameters });

const stateSchema = z.enum(['granted', 'denied']);
const placePattern = new RegExp(`^(${channels.join('|')})(:[A-Za-z0-9._-]{1,64})?$`);

const bodySchema = onlyNamed({
  consents: z
    .record(z.string().regex(placePattern), stateSchema, { error: wrongPlace })
    .refine((given) => Object.keys(given).length > 0, `name at least one channel: ${channels.join(', ')}`)
    .refine(
      (given) => Object.keys(given).length <= bounds.consentTopics,
      `expected at most ${bounds.consentTopics} channels and topics in one request`,
    ),
  source: z.string().trim().min(1).max(bounds.nameLength),
  wording: z.string().max(bounds.wordingLength).nullish(),
  at: consentTime,
});
const wordShape = {
  state: stateSchema,
  source: z.string(),
  wording: z.string().nullable(),
  at: z.iso.datetime().describe('When it was given.'),
};
/** What holds for each channel, and each topic of one, now. */
export const consentsSchema = z
  .record(z.string(), z.object(wordShape))
  .describe('By channel, or by channel and topic: email, email:new-arrivals.');

const pastSchema = z.object({
  id: z.uuid(),
  channel: z.string(),
  topic: z.string().nullable().describe('Null: the channel as a whole.'),
  ...wordShape,
  repeatedAt: z.iso
    .datetime()
    .nullable()
    .describe(
      'Of a grant: when its source said it once more after the customer had refused elsewhere. That undoes no ' +
        'refusal; if it was a fresh consent, it has to come with its own `at`, or be put here.',
    ),
});

type Body = z.output<typeof bodySchema>;

/** What a customer may agree to, for whoever wrote something else. */
function wrongPlace({ code }: { code?: string }): string | undefined {
  if (code !== 'invalid_key') return undefined;
  return `expected a channel (${channels.join(', ')}) or a topic of one, such as email:new-arrivals`;
}

/** What a customer agreed to or refused, with who recorded it and in which words it was asked. */
export function consentRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/v1/customers/:id/consents', {
    put: {
      summary:
        'Records what a customer agreed to or refused: a channel (`email`) or a topic of one (`email:new-arrivals`). ' +
        'Of two words on the same the newer holds, and of one time the refusal. A refusal of a channel covers its ' +
        'topics, whatever was granted before; a refusal of a topic is undone only by a grant of that topic.',
      key: 'admin',
      query: querySchema,
      body: bodySchema,
      answer: z.object({ consents: consentsSchema }),
      errors: ['unknown-customer', 'unstorable-text', 'too-deep'],
    },
    get: {
      summary: 'What a customer agrees to and refuses now, and each word on it, the last given first.',
      key: 'admin',
      query: historySchema,
      answer: listOf(pastSchema).extend({ consents: consentsSchema }),
      errors: ['unknown-customer'],
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
    get: (req, res) => answerHistory(deps, req, res),
  });
}

async function answerHistory(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  requireAdmin(deps.keys, req);
  const { by, limit, cursor } = parse(historySchema, req.query, 'malformed-query');
  const before = readCursor(cursor, timePlace);
  const { db } = deps.database;
  const id = await customerRead(deps, req.params['id'] as string, by);
  const rows = await consentHistory(db, id, { before, limit: limit + 1 });
  const page = pageOf(rows, limit, shown, (row) => [row.at.toISOString(), row.id]);
  res.json({ ...page, consents: await currentConsents(db, id) });
}

function shown({ id, channel, topic, state, source, wording, at, repeatedAt }: ConsentRow) {
  return { id, channel, topic: topic === '' ? null : topic, state, source, wording, at, repeatedAt };
}

/** Records under whoever the customer is at that moment; gives that customer. */
async function record(
  { database, clock }: RouteDeps,
  body: Body,
  who: () => Promise<string>,
): Promise<string> {
  for (;;) {
    const customerId = await who();
    const given = consentsOf(body, customerId, clock);
    if (await insertConsents(database, customerId, given, clock.now())) return customerId;
  }
}

function consentsOf({ consents, source, wording, at }: Body, customerId: string, clock: Clock): NewConsent[] {
  const now = clock.realNow();
  const givenMs = clientTimeMs(at) ?? now.getTime();
  const givenAt = clock.fromReal(new Date(Math.min(givenMs, now.getTime())));
  return (Object.entries(consents) as [string, ConsentState][]).map(([place, state]) => ({
    id: newId(clock),
    customerId,
    ...readConsentPlace(place)!,
    state,
    source,
    wording: wording ?? null,
    at: givenAt,
  }));
}
