import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { productAround } from '../../src/db/queries/product-around.ts';
import { productNow } from '../../src/db/queries/product-now.ts';
import { newestUnroutedOfProduct } from '../../src/db/queries/unrouted-of.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { awaitEffect } from '../await-effect.ts';
import { readJson } from '../body.ts';
import type { RouteDeps } from '../deps.ts';
import { assertStorable } from '../ingestion/storable.ts';
import { requireAdmin } from '../keys.ts';
import { describe } from '../openapi/describe.ts';
import { issuesOf } from '../../src/issues.ts';
import { sendProblem } from '../problem.ts';
import { productAnswer } from '../products/product-answer.ts';
import { productsSchema } from '../products/product.ts';
import { putProducts } from '../products/put-products.ts';
import { resource } from '../resource.ts';

/** The catalogue. */
export function productRoutes(router: IRouter, deps: RouteDeps): void {
  const schema = productsSchema(deps.config.KAIROS_CURRENCY);
  describe(router, '/v1/products', {
    put: {
      summary:
        'Puts products into the catalogue, each in place of the one of its sku; those that are not named stay. All or ' +
        'none: when one is wrong, `errors` names each place. `available` and `price` act like events of the moment; ' +
        'without `available` the stock stays as it was reported.',
      key: 'admin',
      body: schema,
      answer: z.object({ accepted: z.int(), changed: z.int() }),
      errors: ['unstorable-text', 'too-deep'],
    },
  });
  resource(router, '/v1/products', { put: (req, res) => takeProducts(deps, schema, req, res) });
  describe(router, '/v1/products/:sku', {
    get: {
      summary:
        'A product with its stock and price as they are now, in the words in which it was put; the price in minor units. ' +
        'Beside it its variants, where it lies, and what it cost. Of a sku that was only ever reported, what was reported.',
      key: 'admin',
      answer: productAnswer,
      errors: ['unknown-product'],
    },
  });
  resource(router, '/v1/products/:sku', { get: (req, res) => showProduct(deps, req, res) });
}

async function takeProducts(
  { database, clock, keys }: RouteDeps,
  schema: ReturnType<typeof productsSchema>,
  req: Request,
  res: Response,
): Promise<void> {
  requireAdmin(keys, req);
  const came = await readJson(req, res, bounds.productsBytes);
  assertStorable(came);
  const read = schema.safeParse(came, { reportInput: true });
  if (read.success) {
    const changed = await putProducts({ sql: database.sql, clock }, read.data);
    res.json({ accepted: read.data.length, changed });
    return;
  }
  const errors = issuesOf(read.error);
  const said = errors.slice(0, 3).map(({ place, detail }) => (place === '' ? detail : `${place}: ${detail}`));
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
  sendProblem(res, new AppError('malformed-body', `${said.join('; ')}${more}`), {
    errors: errors.slice(0, bounds.productErrors),
  });
}

async function showProduct(
  { database: { sql }, keys }: RouteDeps,
  req: Request,
  res: Response,
): Promise<void> {
  requireAdmin(keys, req);
  const sku = req.params['sku'] as string;
  // What was reported before is part of the answer, as far as that does not take long.
  await awaitEffect(sql, await newestUnroutedOfProduct(sql, sku));
  const product = await productNow(sql, sku);
  if (!product)
    throw new AppError(
      'unknown-product',
      `The catalogue has no product with the sku ${sayValue(sku)}, and no stock or price was reported of it.`,
    );
  const { updatedAt, ...now } = product;
  res.json({ ...now, ...(await productAround(sql, { sku, productId: product.product_id })), updatedAt });
}
