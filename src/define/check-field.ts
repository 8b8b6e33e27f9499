import { spanMs, type Span } from '../domain/span.ts';
import { isWithin, type SettingRange } from './setting-range.ts';

/** What is wrong with a span, in a sentence that names its field. */
export function problemsOfSpan(field: string, span: Span): string[] {
  try {
    if (spanMs(span) > 0) return [];
    return [`${field}: "${span}" came; expected a span longer than nothing, such as '10 days'.`];
  } catch (error) {
    if (error instanceof RangeError) return [`${field}: ${error.message}`];
    throw error;
  }
}

export function problemsOfHoldout(holdout: number): string[] {
  if (typeof holdout === 'number' && holdout >= 0 && holdout <= 1) return [];
  return [`holdout: ${shown(holdout)} came; expected a share from 0 to 1, such as 0.1.`];
}

export function problemsOfSettings(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (typeof value === 'string') return problemsOfSpan(`settings.${name}`, value as Span);
    if (Number.isFinite(value)) return [];
    return [`settings.${name}: ${shown(value)} came; expected a span in words or a number.`];
  });
}

/** What is wrong with the ranges of some settings: each is of a number, and has its default in it. */
export function problemsOfRanges({ settings, ranges = {} }: Ranged): string[] {
  return Object.entries(ranges).flatMap(([name, range]) => {
    const value = settings[name];
    if (range && typeof value === 'number' && isWithin(range, value)) return [];
    return [
      `ranges.${name}: ${shown(range)} came; expected { least, most } with the default of the setting between them, ${shown(value)}.`,
    ];
  });
}

interface Ranged {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly ranges?: Readonly<Record<string, SettingRange | undefined>>;
}

/** A value as it came. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
