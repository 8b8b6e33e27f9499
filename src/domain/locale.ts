/** The language of content that does not say which. */
export const defaultLocale = 'en-US';

const known = new Map<string, string | null>();
const mostKnown = 1_000;

/** A locale as customers and browsers write it (`de`, `de-AT`, `de_AT`), in its usual spelling; null for what is none. */
export function readLocale(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 35) return null;
  const found = known.get(value);
  if (found !== undefined) return found;
  const locale = canonical(value);
  if (known.size < mostKnown) known.set(value, locale);
  return locale;
}

function canonical(value: string): string | null {
  try {
    return Intl.getCanonicalLocales(value.trim().replaceAll('_', '-'))[0] ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export function languageOf(locale: string): string {
  return locale.split('-')[0]!;
}

/** Of some locales the one for a customer's: that very one, else that of their language; null: none is. */
export function localeAmong(locales: readonly string[], wanted: string | null): string | null {
  if (wanted === null) return null;
  return [wanted, languageOf(wanted)].find((locale) => locales.includes(locale)) ?? null;
}

/** How to write money and dates in a text: as the customer's country does, if the text is in their language. */
export function writtenAs(textIn: string, customers: string | null): string {
  return customers !== null && languageOf(customers) === languageOf(textIn) ? customers : textIn;
}
