import Big from 'big.js';
import { codes, code as currencyOf } from 'currency-codes';

/** The digits behind the point of a currency's major unit, by ISO 4217; 2 for a code it does not list. */
export function minorDigits(currency: string): number {
  return digitsByCode.get(currency.toUpperCase()) ?? 2;
}

/** The list goes through all its currencies for each one it is asked for, and every price asks. */
const digitsByCode = new Map(codes().map((code) => [code, currencyOf(code)!.digits]));

/** The digits of the currencies that have others than two, by code. */
export function unusualDigits(): Record<string, number> {
  const digits = codes().map((currency) => [currency, minorDigits(currency)] as const);
  return Object.fromEntries(digits.filter(([, many]) => many !== 2));
}

/** An amount for an operator: `95.00 EUR`. */
export function sayAmount(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** Whether ISO 4217 lists this code of three capital letters. */
export function isCurrency(code: string): boolean {
  return currencyOf(code) !== undefined;
}

/**
 * A decimal amount of the major unit (`19.99`, or `'19.99'` as some clients write it) as an integer of minor units,
 * rounded half up. Null for what is not an amount.
 */
export function toMinor(amount: unknown, currency: string): number | null {
  if (typeof amount !== 'number' && typeof amount !== 'string') return null;
  if (typeof amount === 'string' && !/^-?\d{1,15}(\.\d{1,15})?$/.test(amount.trim())) return null;
  if (typeof amount === 'number' && !Number.isFinite(amount)) return null;
  const digits = minorDigits(currency);
  const text = String(amount).trim();
  const minor =
    withoutRounding(text, digits) ??
    new Big(text).times(new Big(10).pow(digits)).round(0, Big.roundHalfUp).toNumber();
  return Number.isSafeInteger(minor) ? minor : null;
}

/** Nearly every amount has no more digits than its currency: it need not be reckoned with. */
function withoutRounding(text: string, digits: number): number | null {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > digits) return null;
  return Number(whole + fraction.padEnd(digits, '0'));
}

/** The currency a message names, if it looks like one; else the shop's own. */
export function currencyFrom(value: unknown, shopCurrency: string): string {
  return typeof value === 'string' && /^[A-Za-z]{3}$/.test(value) ? value.toUpperCase() : shopCurrency;
}
