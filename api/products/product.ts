import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import type { NewProduct } from '../../src/db/queries/upsert-products.ts';
import { unitsSchema } from '../cloud-events/data.ts';
import { minorPrice, priceFields } from '../price-field.ts';
import { blankAsNull, optionalTextField, textField } from '../text-field.ts';

/** A product as it was put: what the catalogue keeps, and the units that were reported with it, if any. */
export interface PutProduct extends NewProduct {
  available: number | null;
}

/** The products of one put, each sku once; what a product does not name is kept of none. */
export function productsSchema(shopCurrency: string): z.ZodType<PutProduct[]> {
  const error = 'expected an array of products';
  return z
    .array(productSchema(shopCurrency), error)
    .max(bounds.products, `expected ${bounds.products} products at most`)
    .superRefine(refuseRepeats);
}

const asText = (value: unknown) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;

const skuField = z.preprocess(asText, textField('a sku', bounds.idLength));

/** Only http(s), and nothing that could end the attribute of a mail's HTML that it stands in. */
const address = z.preprocess(
  blankAsNull,
  z
    .string('expected an address that begins with http:// or https://')
    .max(bounds.urlLength, `expected an address of ${bounds.urlLength} characters at most`)
    .refine((text) => /^https?:\/\/[^\s"'<>\\`]+$/i.test(text) && URL.canParse(text), {
      error: ({ input }) =>
        `expected an address that begins with http:// or https://, got ${sayValue(input)}`,
    })
    .nullish(),
);

const ratingError = 'expected a rating from 0 to 5';
const ratingField = z.number(ratingError).min(0, ratingError).max(5, ratingError);

const reviewSchema = z.object({
  author: textField('an author', bounds.nameLength),
  rating: ratingField,
  text: z.string().trim().max(bounds.reviewLength),
});

/** What a product is put with. */
export const productFields = z.object({
  sku: skuField,
  product_id: z.preprocess(asText, optionalTextField('a product_id', bounds.idLength)),
  title: textField('a title', bounds.nameLength),
  ...priceFields,
  category: optionalTextField('a category', bounds.nameLength),
  url: address,
  image_url: address,
  substitutes: z
    .array(skuField)
    .max(bounds.productSubstitutes, `expected ${bounds.productSubstitutes} at most`)
    .nullish(),
  available: unitsSchema.nullish(),
  rating: ratingField.nullish(),
  reviews: z
    .array(reviewSchema)
    .max(bounds.productReviews, `expected ${bounds.productReviews} at most`)
    .nullish(),
});

const productSchema = (shopCurrency: string) =>
  productFields.transform((given, context) => productFrom(given, shopCurrency, context));

/** The product that was put; an issue of the schema where its price is none. */
export function productFrom(
  given: z.output<typeof productFields>,
  shopCurrency: string,
  context: z.RefinementCtx,
): PutProduct {
  return {
    sku: given.sku,
    productId: given.product_id ?? null,
    title: given.title,
    ...minorPrice(given, shopCurrency, context),
    category: given.category ?? null,
    url: given.url ?? null,
    imageUrl: given.image_url ?? null,
    // A set; nothing serves instead of itself.
    substitutes: [...new Set(given.substitutes)].filter((sku) => sku !== given.sku),
    rating: given.rating ?? null,
    reviews: given.reviews ?? [],
    available: given.available ?? null,
  };
}

function refuseRepeats(products: readonly PutProduct[], context: z.RefinementCtx): void {
  const first = new Map<string, number>();
  for (const [index, { sku }] of products.entries()) {
    const earlier = first.get(sku);
    if (earlier === undefined) first.set(sku, index);
    else {
      const message = `is ${sayValue(sku)}, as of [${earlier}]; name each sku once`;
      context.issues.push({ code: 'custom', message, path: [index, 'sku'], input: sku });
    }
  }
}
