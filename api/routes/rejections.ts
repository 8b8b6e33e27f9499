import type { IRouter } from 'express';
import { z } from 'zod';
import { listRejections, type RejectionRow } from '../../src/db/queries/rejections.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { idPlace, listOf, pageOf, pageParameters, readCursor } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { requireAdmin } from '../keys.ts';
import { parse } from '../parse.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const querySchema = onlyNamed({ ...pageParameters, import: z.string().optional() });

const rejectionSchema = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  stage: z.string(),
  index: z.int().nullable().describe('Its place in the batch it came in, or its line in the file.'),
  import: z.string().nullable().describe('Of a line of an import: its name.'),
  code: z.string(),
  detail: z.string(),
  item: z.unknown().describe('As it came; {json} with the beginning of its JSON where that cannot be kept.'),
});

/** What was refused in the last days, newest first, for the operator to see what a shop sends wrong. */
export function rejectionRoutes(router: IRouter, { database, keys }: RouteDeps): void {
  describe(router, '/v1/rejections', {
    get: {
      summary: 'What was refused in the last days, newest first.',
      key: 'admin',
      query: querySchema,
      answer: listOf(rejectionSchema),
    },
  });
  resource(router, '/v1/rejections', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { limit, cursor, import: of } = parse(querySchema, req.query, 'malformed-query');
      const before = readCursor(cursor, idPlace);
      const rows = await listRejections(database.db, { before, limit: limit + 1, of });
      res.json(pageOf(rows, limit, shown, (row) => [row.id]));
    },
  });
}

function shown({ id, at, stage, index, import: of, code, detail, item }: RejectionRow) {
  return { id, at, stage, index, import: of, code, detail, item };
}
