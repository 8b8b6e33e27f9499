import type { IRouter, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findImport, importRefusals, listImports, type ImportRow } from '../../src/db/queries/imports.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { idPlace, listOf, pageOf, pageParameters, readCursor } from '../cursor.ts';
import type { RouteDeps } from '../deps.ts';
import { streamBody } from '../import/body.ts';
import { customerLineSchema } from '../import/customer-line.ts';
import { importKinds, type ImportKind } from '../import/line-items.ts';
import { worldLineSchemas } from '../import/world-line.ts';
import { orderLineSchema } from '../import/order-line.ts';
import type { ImportCounts } from '../import/import-counts.ts';
import { runImport } from '../import/run-import.ts';
import { messageSchema } from '../ingestion/message.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { parse } from '../parse.ts';
import { suppressionLineSchema } from '../suppressions/suppression.ts';
import { resource } from '../resource.ts';

const nameError = `expected a name of 1 to ${bounds.importNameLength} letters, digits and any of . _ : -`;

/** A name stands in the path of its progress, beside the kinds. */
const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:-]+$/, nameError)
  .max(bounds.importNameLength, nameError)
  .refine(
    (name) => !/^(customers|events|orders|exposures|suppressions|products|stock|prices)$/.test(name),
    'this is no name, but what is imported',
  );
const querySchema = onlyNamed({
  name: nameSchema
    .optional()
    .describe(
      'The same name again goes on with the same file. Without one the import cannot be gone on with.',
    ),
});
const pageSchema = onlyNamed(pageParameters);

const importSchema = z.object({
  name: z.string(),
  kind: z.string(),
  lines: z.int().describe('Taken so far, whatever became of them; an empty one is nothing of the rest.'),
  accepted: z.int(),
  duplicates: z.int().describe('Said nothing that was not known, by its message id or of a product.'),
  rejected: z.int(),
  beganAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable().describe('Null while it goes on, or when it was broken off.'),
});
const refusedSchema = z.object({
  refusals: z
    .array(z.object({ line: z.int(), code: z.string(), detail: z.string() }))
    .describe(`The first ${bounds.importRefusalsShown} lines that were refused.`),
  rejections: z.string().describe('Where the others are.'),
});

const said: Record<ImportKind, { what: string; line: z.ZodType }> = {
  customers: { what: 'what is known of customers', line: customerLineSchema },
  events: { what: 'Segment messages of the past', line: messageSchema },
  orders: { what: 'orders as they are now', line: orderLineSchema },
  suppressions: { what: 'addresses that are not to be written to', line: suppressionLineSchema },
  products: { what: 'products, with their stock and prices', line: worldLineSchemas.products },
  stock: { what: 'what is on the shelf', line: worldLineSchemas.stock },
  prices: { what: 'what products cost, or cost once', line: worldLineSchemas.prices },
};

/** Files of any length: a line of JSON for each customer, event, order or product. */
export function importRoutes(router: IRouter, deps: RouteDeps, counts: ImportCounts): void {
  for (const kind of importKinds) {
    const path = `/v1/import/${kind}`;
    describe(router, path, {
      post: {
        summary:
          `Imports ${said[kind].what}, one JSON object a line, of any length. Nothing is started, woken or told by it, ` +
          'but that what ended is ended. A line that cannot be taken is rejected, not the file.',
        key: 'admin',
        query: querySchema,
        bodies: { 'application/x-ndjson': said[kind].line },
        answer: importSchema.extend(refusedSchema.shape),
        errors: ['import-running', 'import-differs', 'too-many'],
      },
    });
    resource(router, path, {
      post: async (req, res) => {
        // An answer that comes before the end of the body ends the connection: who sends on is not listened to.
        res.set('Connection', 'close');
        requireAdmin(deps.keys, req);
        const { name = randomUUID() } = parse(querySchema, req.query, 'malformed-query');
        if (counts.running >= bounds.importsAtOnce) throw tooManyImports();
        counts.running += 1;
        try {
          await takeImport({ ...deps, counts }, { name, kind }, req, res);
        } finally {
          counts.running -= 1;
        }
      },
    });
  }
  progressRoutes(router, deps);
}

async function takeImport(
  deps: RouteDeps & { counts: ImportCounts },
  { name, kind }: { name: string; kind: ImportKind },
  req: Request,
  res: Response,
): Promise<void> {
  const row = await runImport(deps, { name, kind, body: streamBody(req, deps.stopping) });
  res.json({ ...shown(row), ...(await refusalsOf(deps, row)) });
}

async function refusalsOf({ database }: RouteDeps, { name, rejected }: ImportRow) {
  const refusals = rejected === 0 ? [] : await importRefusals(database.db, name, bounds.importRefusalsShown);
  return { refusals, rejections: `/v1/rejections?import=${encodeURIComponent(name)}` };
}

function tooManyImports(): AppError {
  return new AppError(
    'too-many',
    `${bounds.importsAtOnce} imports are under way, the bound of this process; send this again.`,
  );
}

/** How far imports have come. */
function progressRoutes(router: IRouter, deps: RouteDeps): void {
  const { database, keys } = deps;
  describe(router, '/v1/imports', {
    get: {
      summary: 'The imports and how far they have come, the last begun first.',
      key: 'admin',
      query: pageSchema,
      answer: listOf(importSchema),
    },
  });
  resource(router, '/v1/imports', {
    get: async (req, res) => {
      requireAdmin(keys, req);
      const { limit, cursor } = parse(pageSchema, req.query, 'malformed-query');
      const before = readCursor(cursor, idPlace);
      const rows = await listImports(database.db, { before, limit: limit + 1 });
      res.json(pageOf(rows, limit, shown, (row) => [row.id]));
    },
  });
  describe(router, '/v1/import/:name', {
    get: {
      summary: 'How far an import has come.',
      key: 'admin',
      answer: importSchema.extend(refusedSchema.shape),
      errors: ['unknown-import'],
    },
  });
  // No `resource`: what else is posted there is not a wrong method, but something that there is not.
  router.get('/v1/import/:name', async (req, res) => {
    requireAdmin(keys, req);
    const row = await findImport(database.db, req.params.name);
    if (!row) throw new AppError('unknown-import', 'No import has this name.');
    res.json({ ...shown(row), ...(await refusalsOf(deps, row)) });
  });
}

function shown({ id: _, digest: _d, ...row }: ImportRow) {
  return row;
}
