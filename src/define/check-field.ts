import { spanMs, type Span } from '../domain/span.ts';

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

/** A value as it came. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
