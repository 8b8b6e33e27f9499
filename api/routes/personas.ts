import type { IRouter } from 'express';
import { z } from 'zod';
import { countPersonas } from '../../src/db/queries/count-personas.ts';
import { sentence } from '../../src/define/sentence.ts';
import { personas } from '../../src/personas/index.ts';
import { listOf, namedPage, pageSchema } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const personaSchema = z.object({
  name: z.string(),
  words: z.string().nullable().describe('Of its segment; null for the last, which whoever is left has.'),
  customers: z.int(),
});

/** The personas in their order: a customer is the first that they fit. */
export function personaRoutes(router: IRouter, { database, keys }: RouteDeps): void {
  describe(router, '/v1/personas', {
    get: {
      summary: 'The personas in order, in words, and how many customers each has.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(personaSchema),
    },
  });
  resource(router, '/v1/personas', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const counts = await countPersonas(database.sql);
      const named = personas.segments.map(({ name, where }) => ({
        ...{ name, words: sentence(where), customers: counts.get(name) ?? 0 },
      }));
      // Whoever has a persona that is declared no more is left until they are looked at again.
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const left = named.reduce((rest, { customers }) => rest - customers, all);
      const items = [...named, { name: personas.otherwise, words: null, customers: left }];
      res.json(namedPage(req.query, items, ({ name }) => name));
    },
  });
}
