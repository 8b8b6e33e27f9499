import { z } from 'zod';
import { sayValue } from '../domain/say-value.ts';
import { isSpan, type Span } from '../domain/span.ts';
import { onlyNamed } from '../only-named.ts';
import { mostCustomers, mostPerUnit } from './check-watch.ts';
import { mostSubstitutesWithin, substitutesWithin } from './watch-substitutes.ts';
import type { Audience } from './audience.ts';
import { isPriceAudience, type PriceAudience } from './price-audience.ts';
import { pauseProblem } from './check-watch-lasts.ts';
import type { SettingRange } from './setting-range.ts';
import type { Wave } from './watch.ts';

/** What operators set over the defaults of a journey or watch, by name. */
export type JourneySettings = Record<string, string | number>;

/** A journey or a watch, as far as it can be set. */
export interface Configurable {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly ranges?: Readonly<Record<string, SettingRange | undefined>>;
  /** Of a watch: its settings have the wave's among them. */
  readonly wave?: Wave;
  /** Of a watch: waves are less apart than that. */
  readonly lasts?: Span;
  /** Of a watch: one by price has settings too. */
  readonly audience?: Audience<never> | PriceAudience | null;
}

/** What may be set over the defaults: the names there are, each of its default's type. */
export function overridesSchema(definition: Configurable): z.ZodType<JourneySettings> {
  const shape = Object.fromEntries(
    Object.keys(definition.settings).map((name) => [name, likeDefault(definition, name).optional()]),
  );
  return onlyNamed(shape) as z.ZodType<JourneySettings>;
}

/**
 * What is stored over the defaults of a journey or watch, as far as its code still knows it: a setting that was renamed, or that is
 * of another type since, falls back to its default.
 */
export function storedOverrides(
  definition: Configurable,
  stored: Record<string, unknown> | undefined,
): JourneySettings {
  const overrides = (stored?.['settings'] ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(definition.settings).flatMap((name) => {
      const parsed = likeDefault(definition, name).safeParse(overrides[name]);
      return parsed.success ? [[name, parsed.data]] : [];
    }),
  );
}

function likeDefault(
  { settings, ranges, wave, lasts, audience = null }: Configurable,
  name: string,
): z.ZodType<string | number> {
  if (typeof settings[name] !== 'number') return wave && lasts && name === 'every' ? everyIn(lasts) : span;
  if (wave && name === substitutesWithin) return z.number().min(0).max(mostSubstitutesWithin);
  if (isPriceAudience(audience) && name === 'percent') return z.number().min(0).lt(100);
  if (isPriceAudience(audience) && name === 'amountMinor') return z.int().min(0);
  if (wave && name === 'perUnit') return z.number().positive().max(mostPerUnit);
  if (wave && name === 'customers') return z.number().positive().max(mostCustomers);
  const range = ranges?.[name];
  return range ? z.number().min(range.least).max(range.most) : z.number();
}

const span = z.custom<Span>((value) => isSpan(value), {
  error: ({ input }) =>
    `expected a span in words, longer than nothing and up to ten years, such as '45 minutes', got ${sayValue(input)}`,
});

/** How far waves are apart: less than whoever waits for the next one waits at all. */
const everyIn = (lasts: Span) =>
  span.refine((every) => pauseProblem(lasts, 'every', every) === null, {
    error: ({ input }) => pauseProblem(lasts, 'every', input as Span)!,
  });
