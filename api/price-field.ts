import { z } from 'zod';
import { blankAsNull } from './text-field.ts';
import { isCurrency, toMinor } from '../src/domain/money.ts';
import { sayValue } from '../src/domain/say-value.ts';

const amountError = 'expected an amount of the major unit, 0 or more, such as 19.99';
const currencyError = 'expected a code of ISO 4217, such as "EUR"';

/** What a price comes as: decimals of the major unit, with a currency or in the shop's own. */
export const priceFields = {
  price: z.union(
    [
      z.number(amountError).min(0, amountError),
      z.string().regex(/^\s*\d{1,15}(\.\d{1,15})?\s*$/, amountError),
    ],
    amountError,
  ),
  currency: z.preprocess(
    blankAsNull,
    z
      .string(currencyError)
      .regex(/^[A-Za-z]{3}$/, currencyError)
      .nullish(),
  ),
};

/** A price in minor units; an issue of the schema for what is none. */
export function minorPrice(
  { price, currency: given }: { price: number | string; currency?: string | null | undefined },
  shopCurrency: string,
  context: z.RefinementCtx,
): { priceMinor: number; currency: string } {
  const currency = (given ?? shopCurrency).toUpperCase();
  const priceMinor = toMinor(price, currency);
  if (!isCurrency(currency)) {
    context.issues.push({
      code: 'custom',
      message: `${currencyError}, got "${given}"`,
      path: ['currency'],
      input: given,
    });
  }
  if (priceMinor === null) {
    const message = `${amountError}, got ${sayValue(price)}`;
    context.issues.push({ code: 'custom', message, path: ['price'], input: price });
  }
  return { priceMinor: priceMinor ?? 0, currency };
}
