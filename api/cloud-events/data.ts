import { z } from 'zod';
import { declaredEvents } from '../../src/define/declared-events.ts';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { bounds } from '../../src/domain/bounds.ts';
import type { UniversalData, UniversalType } from '../../src/domain/universal-event.ts';
import { minorPrice, priceFields } from '../price-field.ts';
import { optionalTextField, textField } from '../text-field.ts';
import { declaredSchema } from './declared-data.ts';

/** The schema of each type's data: what comes in, and what is kept of it. */
export type DataSchemas = ReadonlyMap<string, z.ZodType<Record<string, unknown>>>;

/**
 * The schemas of a shop, whose currency holds for prices that name none, and whose watches declare events of their own.
 * What a schema does not name is not kept.
 */
export function dataSchemas(shopCurrency: string, watches: readonly WatchDefinition[] = []): DataSchemas {
  const shipped: { readonly [Type in UniversalType]: z.ZodType<UniversalData[Type]> } = {
    'stock.changed': stockSchema,
    'price.changed': priceSchema(shopCurrency),
    ...plainSchemas,
  };
  const declared = [...declaredEvents(watches)].filter(([type]) => !Object.hasOwn(shipped, type));
  return new Map<string, z.ZodType>([
    ...Object.entries(shipped),
    ...declared.map(([type, event]): [string, z.ZodType] => [type, declaredSchema(event)]),
  ]) as DataSchemas;
}

/** Units on a shelf. */
export const unitsSchema = z
  .int(`expected units: an integer from 0 to ${bounds.stockUnits}`)
  .min(0, `expected units: an integer from 0 to ${bounds.stockUnits}`)
  .max(bounds.stockUnits, `expected units: an integer from 0 to ${bounds.stockUnits}`);

/** What a report of stock says. */
export const stockFields = {
  available: unitsSchema,
  location: optionalTextField('a location', bounds.idLength).transform((given) => given ?? ''),
};

const names = (what: string) =>
  z
    .array(textField(what, bounds.nameLength))
    .max(bounds.momentNames, `expected ${bounds.momentNames} at most`)
    .nullish()
    .transform((given) => given ?? []);

const such = (example: object) => `expected an object such as ${JSON.stringify(example)}`;

const stockSchema = z.object(stockFields, such({ available: 3 }));

const plainSchemas = {
  'weather.forecast': z.object(
    {
      day: z.iso.date('expected a day, such as "2026-05-01"'),
      condition: textField('a condition', bounds.nameLength),
      temperatureC: z
        .number()
        .min(-100)
        .max(100)
        .nullish()
        .transform((given) => given ?? null),
    },
    such({ day: '2026-05-01', condition: 'snow' }),
  ),
  'moment.occurred': z.object(
    {
      title: textField('a title', bounds.nameLength),
      categories: names('a category'),
      regions: names('a region'),
    },
    such({ title: 'The final' }),
  ),
};

const priceSchema = (shopCurrency: string) =>
  z
    .object(priceFields, such({ price: 19.99, currency: 'EUR' }))
    .transform((given, context) => minorPrice(given, shopCurrency, context));
