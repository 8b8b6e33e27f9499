import { currencyFrom, isCurrency, toMinor } from '../../src/domain/money.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { blankAsNull } from '../text-field.ts';
import type { Item } from './item.ts';
import type { SegmentMessage } from './message.ts';

const withAmount = ['Order Completed', 'Order Updated', 'Order Refunded'];

/**
 * What an order says in money that cannot be read, so that it counts for nothing; null when it can. Unsaid, a shop that
 * writes `1.234,56` would learn months later that all its orders came to nothing.
 */
export function unreadAmounts({ kind, name, body }: SegmentMessage): Item['passedOver'] | null {
  if (kind !== 'track' || !withAmount.includes(name ?? '')) return null;
  const said = body.properties ?? {};
  const currency = blankAsNull(said['currency']) ?? null;
  const faults = ['total', 'revenue'].flatMap((place) => {
    const amount = blankAsNull(said[place]) ?? null;
    if (amount === null || toMinor(amount, currencyFrom(currency, 'USD')) !== null) return [];
    return [
      `properties.${place}: expected an amount of the major unit, such as 19.99, got ${sayValue(amount)}`,
    ];
  });
  if (currency !== null && !isCurrency(currencyFrom(currency, ''))) {
    const expected = 'expected a code of ISO 4217, such as "EUR"';
    faults.push(`properties.currency: ${expected}, got ${sayValue(currency)}`);
  }
  if (faults.length === 0) return null;
  const rest = 'it is not counted so, and the rest was accepted.';
  return { code: 'malformed-message', detail: `${faults.join('; ')}; ${rest}` };
}
