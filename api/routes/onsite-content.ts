import type { IRouter, Request } from 'express';
import { z } from 'zod';
import { customerPersona } from '../../src/db/queries/customer-persona.ts';
import { findCustomer, idKinds } from '../../src/db/queries/find-customer.ts';
import { contentForPersona, type Slot } from '../../src/define/slot.ts';
import { didYouMean } from '../../src/domain/did-you-mean.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { personas } from '../../src/personas/index.ts';
import { slots } from '../../src/slots/index.ts';
import { cors } from '../cors.ts';
import { customerOf } from '../customer-of.ts';
import type { RouteDeps } from '../deps.ts';
import { kindInBody, kindInHeader } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const path = '/v1/onsite/content';

/** What else stands there, to keep caches away say, is passed over. */
const querySchema = z.object({
  slot: z.string(),
  writeKey: z.string().optional().describe('Where the page cannot set a header.'),
  anonymousId: z.string().min(1).optional().describe('With the write key: the visitor.'),
  customer: z.string().min(1).optional().describe('With the admin key: any id of the customer.'),
  by: z.enum(idKinds).optional().describe('The kind of id that `customer` is.'),
  userId: z.string().optional().describe('Refused: a write key never reads by it.'),
});
type Query = z.infer<typeof querySchema>;

const answerSchema = z.object({
  slot: z.string(),
  persona: z.string().optional().describe('With the admin key only.'),
  content: z.record(z.string(), z.unknown()),
});

/**
 * What a slot shows this visitor. The write key is no secret and a page's visitor not always who is thought of: it
 * learns the content alone, which is written to be seen, and of a visitor whom nobody knows that of the last persona.
 */
export function onsiteContentRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, path, {
    get: {
      summary: "The content of a slot for a visitor's persona (write key), or for a customer's (admin key).",
      key: 'write',
      query: querySchema,
      answer: answerSchema,
      errors: ['wrong-key', 'unknown-slot', 'unknown-customer'],
    },
  });
  resource(
    router,
    path,
    {
      get: async (req, res) => {
        const isAdmin = (kindInHeader(deps.keys, req) ?? kindInBody(deps.keys, req, null)) === 'admin';
        // What is shown to one visitor is for no cache, least of all one that several share.
        res.set({ 'Cache-Control': 'private, no-store', Vary: 'Authorization' });
        const query = queryOf(req, isAdmin);
        const shown = slotNamed(query.slot, isAdmin ? slots : slots.filter(({ staffOnly }) => !staffOnly));
        const persona = (await personaOf(deps, query)) ?? personas.otherwise;
        const content = contentForPersona(shown, persona);
        res.json({ slot: shown.name, ...(isAdmin && { persona }), content });
      },
    },
    [cors],
  );
}

/** @throws AppError `wrong-key` for a write key that asks for more than a visitor; `malformed-query` without anybody. */
function queryOf(req: Request, isAdmin: boolean): Query {
  const query = parse(querySchema, req.query, 'malformed-query');
  const { anonymousId, customer, by, userId } = query;
  if (isAdmin) {
    if (customer === undefined || anonymousId !== undefined || userId !== undefined)
      throw new AppError(
        'malformed-query',
        'With the admin key, name the customer: customer=ID, and by= the kind.',
      );
    return query;
  }
  if (customer !== undefined || by !== undefined || userId !== undefined)
    throw new AppError(
      'wrong-key',
      'A write key reads by `anonymousId` only: whoever has it could ask about anybody.',
    );
  if (anonymousId === undefined)
    throw new AppError('malformed-query', 'anonymousId: expected the id of the visitor on this page.');
  return query;
}

function slotNamed(name: string, among: readonly Slot[]): Slot {
  const found = among.find((one) => one.name === name);
  if (found) return found;
  const names = among.map((one) => one.name);
  throw new AppError(
    'unknown-slot',
    `slot: expected ${names.join(' or ') || 'none, there are none'}, got ${sayValue(name)}${didYouMean(name, names)}`,
  );
}

async function personaOf(deps: RouteDeps, { anonymousId, customer, by }: Query): Promise<string | null> {
  const { sql } = deps.database;
  const id =
    customer === undefined
      ? await findCustomer(sql, anonymousId!, 'anonymousId')
      : await customerOf(deps, customer, by);
  return id === null ? null : customerPersona(sql, id);
}
