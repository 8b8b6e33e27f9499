import { z } from 'zod';
import type { MessageType } from './define/message.ts';
import { didYouMean } from './domain/did-you-mean.ts';
import { weightsOf, type Shares } from './domain/variant.ts';
import { onlyNamed } from './only-named.ts';

/** The most that a variant may weigh: weights are parts, `1` and `1` as well as `90` and `10`. */
const mostWeight = 1_000_000;
const weights = z.record(z.string(), z.number().min(0).max(mostWeight));

const storedSchema = z.object({ weights: weights.default({}) });
const unset = storedSchema.parse({});

/** What an operator has set for a message, from what is stored (nothing: the defaults). @throws Error that names what does not fit. */
export function messageSettings(stored: unknown): { weights: Shares } {
  return stored == null ? unset : storedSchema.parse(stored);
}

/** What an operator may set for a message: weights of variants that it has, one of them above 0. */
export function givenMessageSettings({ name, variants = {} }: MessageType<unknown>) {
  const names = Object.keys(variants);
  return onlyNamed({ weights: weights.default({}) }).superRefine((given, context) => {
    for (const variant of Object.keys(given.weights).filter((each) => !names.includes(each))) {
      const known = names.length > 0 ? `variants are ${names.join(', ')}` : 'it has none';
      context.addIssue({
        code: 'custom',
        path: ['weights', variant],
        message: `expected a variant of ${name}: ${known}${didYouMean(variant, names)}`,
      });
    }
    const left = Object.values({ ...variants, ...given.weights });
    if (names.length === 0 || left.some((weight) => weight > 0)) return;
    context.addIssue({
      code: 'custom',
      path: ['weights'],
      message: 'expected a weight above 0 for one of them: else nobody would get the message',
    });
  });
}

/** The weights of a message's variants in force, by name; none for a message without variants. */
export function weightsInForce({ variants }: MessageType<unknown>, stored: unknown): Shares {
  return variants ? weightsOf(variants, messageSettings(stored).weights) : {};
}
