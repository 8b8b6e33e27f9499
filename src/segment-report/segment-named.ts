import type { Segment } from '../define/segment.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { sayValue } from '../domain/say-value.ts';
import { AppError } from '../errors.ts';

/** The segment of a name. @throws AppError `unknown-segment` that names the one that may be meant. */
export function segmentNamed(name: string, segments: readonly Segment[]): Segment {
  const found = segments.find((one) => one.name === name);
  if (found) return found;
  const names = segments.map((one) => one.name);
  const known = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
  throw new AppError(
    'unknown-segment',
    `There is no segment ${sayValue(name)} (${known})${didYouMean(name, names)}`,
  );
}
