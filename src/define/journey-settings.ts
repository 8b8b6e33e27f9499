import { z } from 'zod';
import { sayValue } from '../domain/say-value.ts';
import { isSpan, type Span } from '../domain/span.ts';
import { onlyNamed } from '../only-named.ts';
import type { JourneyDefinition } from './journey.ts';

/** What operators set over a journey's defaults, by name. */
export type JourneySettings = Record<string, string | number>;

/** What may be set over a journey's defaults: the names there are, each of its default's type. */
export function overridesSchema({
  settings,
}: Pick<JourneyDefinition, 'settings'>): z.ZodType<JourneySettings> {
  const shape = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, likeDefault(value).optional()]),
  );
  return onlyNamed(shape) as z.ZodType<JourneySettings>;
}

/**
 * What is stored over a journey's defaults, as far as its code still knows it: a setting that was renamed, or that is
 * of another type since, falls back to its default.
 */
export function storedOverrides(
  { settings }: Pick<JourneyDefinition, 'settings'>,
  stored: Record<string, unknown> | undefined,
): JourneySettings {
  const overrides = (stored?.['settings'] ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => {
      const parsed = likeDefault(value).safeParse(overrides[name]);
      return parsed.success ? [[name, parsed.data]] : [];
    }),
  );
}

function likeDefault(value: string | number): z.ZodType<string | number> {
  return typeof value === 'number' ? z.number() : span;
}

const span = z.custom<Span>((value) => isSpan(value), {
  error: ({ input }) =>
    `expected a span in words, longer than nothing and up to ten years, such as '45 minutes', got ${sayValue(input)}`,
});
