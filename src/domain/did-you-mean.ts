import { closest, distance } from 'fastest-levenshtein';

/** `; did you mean …?` with the known name that is meant, when one is near enough; else nothing. */
export function didYouMean(given: unknown, known: readonly string[]): string {
  if (typeof given !== 'string' || given.length > 80 || known.length === 0) return '';
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\d]/gu, '');
  const nearest = closest(plain(given), known.map(plain));
  if (distance(plain(given), nearest) > Math.max(1, nearest.length / 3)) return '';
  return `; did you mean ${known.find((name) => plain(name) === nearest)}?`;
}
