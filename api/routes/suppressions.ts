import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { liftSuppression } from '../../src/db/queries/lift-suppressions.ts';
import { listSuppressions } from '../../src/db/queries/list-suppressions.ts';
import { suppress } from '../../src/db/queries/suppress.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { suppressionReasons } from '../../src/domain/suppression.ts';
import { traitChannels } from '../../src/domain/task-queues.ts';
import { AppError } from '../../src/errors.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { readJson } from '../body.ts';
import { listOf, pageOf, pageParameters, readCursor, timePlace } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { assertStorable } from '../ingestion/storable.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';
import {
  hashOfAddress,
  liftSchema,
  shownSuppression,
  suppressionBodySchema,
  suppressionRows,
  suppressionSchema,
} from '../suppressions/suppression.ts';

const querySchema = onlyNamed({
  ...pageParameters,
  address: z
    .string()
    .max(bounds.addressLength)
    .optional()
    .describe('An e-mail address, or a number with its country.'),
  channel: z.enum(traitChannels).optional(),
  reason: z.enum(suppressionReasons).optional(),
  lifted: z.enum(['true', 'false']).default('false').describe('Also those that were lifted.'),
});

/** The list of those who are not written to, by the hashes of their addresses. */
export function suppressionRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, '/v1/suppressions', {
    get: {
      summary:
        'Addresses that are not written to, the newest first; of one address, whoever has it. None is kept, so none is said.',
      key: 'admin',
      query: querySchema,
      answer: listOf(suppressionSchema),
    },
    post: {
      summary:
        'Suppresses an address, whoever has it and also when it is nobody’s. `unsubscribed` holds back help and offers ' +
        'until they agree again; any other reason everything, until it is lifted. Again, it changes nothing.',
      key: 'admin',
      body: suppressionBodySchema,
      answer: z.object({ items: z.array(suppressionSchema).describe('One for each channel.') }),
      errors: ['unstorable-text', 'too-deep'],
    },
  });
  resource(router, '/v1/suppressions', {
    get: (req, res) => answerList(deps, req, res),
    post: (req, res) => add(deps, req, res),
  });
  describe(router, '/v1/suppressions/:id/lift', {
    post: {
      summary:
        'Lifts one suppression: the row stays, with who did, when and why. An address may be suppressed for other reasons ' +
        'as well, and its owner may have refused: that stays. One that was lifted before stays as it was.',
      key: 'admin',
      body: liftSchema,
      answer: suppressionSchema,
      errors: ['unknown-suppression', 'unstorable-text', 'too-deep'],
    },
  });
  resource(router, '/v1/suppressions/:id/lift', { post: (req, res) => lift(deps, req, res) });
}

async function answerList({ database, keys, secret }: RouteDeps, req: Request, res: Response): Promise<void> {
  requireAdmin(keys, req);
  const { limit, cursor, address, lifted, ...filter } = parse(querySchema, req.query, 'malformed-query');
  const before = readCursor(cursor, timePlace);
  // A plus that was not escaped comes as a space.
  const named = address?.replace(/^ (?=\d)/, '+');
  const addressHash =
    named === undefined
      ? undefined
      : hashOfAddress({ address: named, channel: filter.channel }, secret, 'malformed-query').hash;
  const found = { ...filter, addressHash, lifted: lifted === 'true' };
  const rows = await listSuppressions(database.db, found, { before, limit: limit + 1 });
  res.json(pageOf(rows, limit, shownSuppression, (row) => [row.at.toISOString(), row.id]));
}

async function add(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  requireAdmin(deps.keys, req);
  const body = parse(suppressionBodySchema, await storableBody(req, res), 'malformed-body');
  const rows = suppressionRows(body, deps, 'malformed-body');
  const { sql, db } = deps.database;
  await suppress(sql, rows);
  const [{ addressHash, reason }, names] = [rows[0]!, rows.map(({ channel }) => channel as string)];
  const held = await listSuppressions(db, { addressHash, reason }, { before: null, limit: bounds.pageItems });
  res.json({ items: held.filter(({ channel }) => names.includes(channel)).map(shownSuppression) });
}

async function lift(deps: RouteDeps, req: Request, res: Response): Promise<void> {
  requireAdmin(deps.keys, req);
  const { by, reason } = parse(liftSchema, await storableBody(req, res), 'malformed-body');
  const { database, clock } = deps;
  const id = z.uuid().safeParse(req.params['id']);
  const lifted =
    id.success && (await liftSuppression(database.db, id.data, { by, why: reason, at: clock.now() }));
  if (!lifted)
    throw new AppError('unknown-suppression', 'No suppression has this id; GET /v1/suppressions has them.');
  res.json(shownSuppression(lifted));
}

async function storableBody(req: Request, res: Response): Promise<unknown> {
  const came = await readJson(req, res, bounds.bodyBytes);
  assertStorable(came);
  return came;
}
