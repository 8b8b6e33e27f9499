/** Formats take longer to make than to use. Customers bring locales and zones, so that there is an end to what is kept. */
const mostKept = 500;

function kept<Format>(make: (key: string) => Format): (key: string) => Format {
  const formats = new Map<string, Format>();
  return (key) => {
    const found = formats.get(key) ?? make(key);
    if (formats.size < mostKept) formats.set(key, found);
    return found;
  };
}

const moneyFormats = kept((key) => {
  const [locale, currency, digits] = JSON.parse(key) as [string, string, number];
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale, { style: 'currency', currency, ...fraction });
});

/** How money is written in a locale, with all digits of its minor unit. */
export function moneyFormat(locale: string, currency: string, digits: number): Intl.NumberFormat {
  return moneyFormats(JSON.stringify([locale, currency, digits]));
}

const dateFormats = kept((key) => {
  const [locale, timeZone, parts] = JSON.parse(key) as [string, string, Intl.DateTimeFormatOptions];
  return new Intl.DateTimeFormat(locale, { timeZone, ...parts });
});

/** How a moment is written in a locale and a time zone. */
export function dateFormat(
  locale: string,
  zone: string,
  parts: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  return dateFormats(JSON.stringify([locale, zone, parts]));
}
