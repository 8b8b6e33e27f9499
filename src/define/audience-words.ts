import type { Audience } from './audience.ts';
import { sampleData } from './declared-events.ts';
import { isPriceAudience, type PriceAudience } from './price-audience.ts';
import { sentence } from './sentence.ts';
import type { Crossing, WatchDefinition } from './watch.ts';

/**
 * Whom a watch looks for, as an operator reads it without a subject; null: it serves a waiting list. What the watch's
 * subject, and texts of what wakes it, will be stands in pointed brackets; any other field stands as an example.
 */
export function audienceWords({
  audience,
  wakes,
  subject,
}: Pick<WatchDefinition, 'audience' | 'wakes' | 'subject'>): string | null {
  if (audience === null) return null;
  if (isPriceAudience(audience)) return priceWords(audience);
  const params = { ...exampleOf(Object.values(wakes)[0]), [subject]: bracketed(subject) };
  return sentence((audience as Audience<Record<string, unknown>>).where(params));
}

function priceWords({ settings: { percent, amountMinor, within } }: PriceAudience): string {
  const by = [
    ...(percent > 0 ? [`${percent} %`] : []),
    ...(amountMinor > 0 ? [`${amountMinor} minor units of its currency`] : []),
  ];
  return `last saw it, or was told of it, at a price that was higher by ${by.join(' or ') || 'anything'}, within ${within}`;
}

function exampleOf(crossing: Crossing | undefined): Record<string, unknown> {
  if (crossing?.of !== 'event') return {};
  const { data } = crossing.event;
  const texts = Object.entries(data).flatMap(([name, kind]): [string, unknown][] => {
    if (kind === 'text' || kind === 'text?') return [[name, bracketed(name)]];
    return kind === 'texts' || kind === 'texts?' ? [[name, [bracketed(name)]]] : [];
  });
  return { ...sampleData(crossing.event), ...Object.fromEntries(texts) };
}

const bracketed = (name: string) => `<${name}>`;
