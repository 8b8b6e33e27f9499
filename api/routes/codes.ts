import type { IRouter } from 'express';
import { z } from 'zod';
import { countCodes } from '../../src/db/queries/count-codes.ts';
import { importCodes } from '../../src/db/queries/import-codes.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { outcomePattern } from '../../src/domain/outcome.ts';
import { readJson } from '../body.ts';
import { listOf, namedPage, pageSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { resource } from '../resource.ts';
import { poolsOf } from '../code-metrics.ts';

const codesSchema = z
  .array(
    z
      .string()
      .max(bounds.codeLength)
      .regex(/^[\x21-\x7e]+$/, 'Invalid input: expected letters, digits and marks of ASCII, without spaces'),
  )
  .min(1)
  .max(bounds.codes);
const poolSchema = z
  .string()
  .regex(
    outcomePattern,
    "Invalid input: expected a pool's name of lower-case letters, digits and hyphens, such as spring-10",
  );
const addedSchema = z.object({
  pool: z.string(),
  accepted: z.int(),
  duplicates: z.int().describe('That the pool had already, used or not, or that came twice.'),
});
const poolAnswer = z.object({
  pool: z.string(),
  codes: z.int(),
  left: z.int().describe('That went out with no delivery yet. With none left, its messages are withheld.'),
  messages: z.array(z.string()).describe('That take their codes from it.'),
});

/** Pools of coupon codes: each goes out with one delivery and never with another. */
export function codeRoutes(router: IRouter, { database, clock, keys, contents }: RouteDeps): void {
  describe(router, '/v1/codes', {
    get: {
      summary: 'The pools of coupon codes that there are or that messages ask for, and how many are left.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(poolAnswer),
    },
  });
  resource(router, '/v1/codes', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const asked = poolsOf(contents);
      const counted = await countCodes(database.sql);
      const known = counted.map(({ pool }) => pool);
      const empty = [...asked.keys()].filter((pool) => !known.includes(pool));
      const all = [...counted, ...empty.map((pool) => ({ pool, codes: 0, left: 0 }))];
      const items = all.map((one) => ({ ...one, messages: asked.get(one.pool) ?? [] }));
      res.json(namedPage(req.query, items, ({ pool }) => pool));
    },
  });
  describe(router, '/v1/codes/:pool', {
    post: {
      summary: 'Adds coupon codes to a pool; those that it has already stay as they are.',
      key: 'admin',
      body: codesSchema,
      answer: addedSchema,
    },
  });
  resource(router, '/v1/codes/:pool', {
    post: async (req, res) => {
      requireAdmin(keys, req);
      const pool = parse(poolSchema, req.params['pool'], 'malformed-query');
      const codes = parse(codesSchema, await readJson(req, res, bounds.codesBytes), 'malformed-body');
      const accepted = await importCodes(database.sql, { pool, codes, at: clock.now() });
      res.json({ pool, accepted, duplicates: codes.length - accepted });
    },
  });
}
