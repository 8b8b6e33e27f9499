import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import type { WorldLine } from '../../src/db/queries/set-world.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { clientTimeMs } from '../../src/domain/client-time.ts';
import { catalogueSource } from '../../src/domain/universal-event.ts';
import { stockFields } from '../cloud-events/data.ts';
import { parse } from '../parse.ts';
import { productFields, productFrom } from '../products/product.ts';
import { minorPrice, priceFields } from '../price-field.ts';
import { optionalTextField, textField } from '../text-field.ts';

/** What is set line by line, without events. */
export const worldKinds = ['products', 'stock', 'prices'] as const;
export type WorldKind = (typeof worldKinds)[number];

export const isWorldKind = (kind: string): kind is WorldKind =>
  (worldKinds as readonly string[]).includes(kind);

/** Reads the lines of a kind. @throws AppError `malformed-message`. */
export type ReadWorldLine = (line: unknown) => WorldLine;

const time = z
  .unknown()
  .refine((at) => at == null || clientTimeMs(at) !== null, 'expected a time')
  .optional()
  .describe('Of when it is true; the time of the import when not given.');
const sku = textField('a sku', bounds.idLength);
const source = optionalTextField('a source', bounds.sourceLength).describe(
  'Who says so, as the `source` of a CloudEvent; a report of the same source replaces it.',
);

/** What a line of each kind is. */
export const worldLineSchemas = {
  products: productFields.extend({
    stock: z
      .array(z.object(stockFields))
      .max(bounds.productLocations, `expected ${bounds.productLocations} at most`)
      .nullish()
      .describe('On the shelf at each location; instead of `available`.'),
  }),
  stock: z.object({ sku, ...stockFields, source, time }),
  prices: z.object({ sku, ...priceFields, source, time }),
};

/** How the lines of a kind are read, for a shop of this currency. */
export function worldLineReader(kind: WorldKind, shopCurrency: string, clock: Clock): ReadWorldLine {
  const momentOf = (given: unknown) =>
    given == null
      ? null
      : Math.min(clock.fromReal(new Date(clientTimeMs(given)!)).getTime(), clock.now().getTime());
  const products = worldLineSchemas.products.transform((given, context) =>
    worldOfProduct(given, productFrom(given, shopCurrency, context)),
  );
  const stock = worldLineSchemas.stock.transform((given): WorldLine => {
    const { sku, available, location } = given;
    const by = { source: given.source ?? catalogueSource, at: momentOf(given.time) };
    const report = { sku, available, location, ...by };
    return { product: null, stock: [report], prices: [] };
  });
  const prices = worldLineSchemas.prices.transform((given, context): WorldLine => {
    const report = { sku: given.sku, ...minorPrice(given, shopCurrency, context) };
    const prices = [{ ...report, source: given.source ?? catalogueSource, at: momentOf(given.time) }];
    return { product: null, stock: [], prices };
  });
  const schema: z.ZodType<WorldLine> = { products, stock, prices }[kind];
  return (line) => parse(schema, line, 'malformed-message');
}

function worldOfProduct(
  given: z.output<(typeof worldLineSchemas)['products']>,
  { available, ...product }: ReturnType<typeof productFrom>,
): WorldLine {
  const { sku, priceMinor, currency } = product;
  const by = { sku, source: catalogueSource, at: null };
  const located = given.stock ?? [];
  const whole = available === null || located.length > 0 ? [] : [{ available, location: '' }];
  return {
    product,
    stock: [...whole, ...located].map((report) => ({ ...by, ...report })),
    prices: [{ ...by, priceMinor, currency }],
  };
}
