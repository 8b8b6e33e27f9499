import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';

const price = z.int().describe('In minor units of the currency: 1999 for 19.99 EUR.');

/** What is answered about a product: how it was put, and what is so now. */
export const productAnswer = z.object({
  sku: z.string(),
  product_id: z.string().nullable(),
  title: z
    .string()
    .nullable()
    .describe('Null where only stock or a price was reported of the sku, and the catalogue lacks it.'),
  price: z
    .int()
    .nullable()
    .describe(
      'The newest price that any source reported, in minor units of the currency: 1999 for 19.99 EUR; null when none did.',
    ),
  currency: z.string().nullable(),
  category: z.string().nullable(),
  url: z.string().nullable(),
  image_url: z.string().nullable(),
  substitutes: z.array(z.string()),
  rating: z.number().nullable(),
  reviews: z.array(z.object({ author: z.string(), rating: z.number(), text: z.string() })),
  available: z.int().nullable().describe('On the shelf now; null when it was never reported.'),
  soldOutAt: z.iso.datetime().nullable(),
  variants: z
    .array(
      z.object({
        sku: z.string(),
        title: z.string(),
        price,
        currency: z.string(),
        available: z.int().nullable(),
      }),
    )
    .describe(`The others of its \`product_id\`, by sku, up to ${bounds.productVariants}.`),
  stock: z
    .array(
      z.object({
        location: z.string().nullable().describe('Null where the report named none.'),
        available: z.int(),
        at: z.iso.datetime(),
        source: z.string(),
      }),
    )
    .describe(`The reports that \`available\` is the sum of, up to ${bounds.productLocations}.`),
  prices: z
    .array(z.object({ price, currency: z.string(), since: z.iso.datetime(), source: z.string() }))
    .describe(
      `What it cost since when, the newest first, up to ${bounds.productPrices}; a price is kept until it has not been ` +
        `in force for ${bounds.priceHistoryDays} days.`,
    ),
  updatedAt: z.iso.datetime().nullable().describe('When anything of what was put last changed.'),
});
