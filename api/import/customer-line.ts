import { z } from 'zod';
import { traitOrigins } from '../../src/db/schema/customers.ts';
import { readConsentPlace } from '../../src/domain/consent.ts';
import { onlyNamed } from '../../src/only-named.ts';
import { consentTime } from '../consent-time.ts';
import { parse } from '../parse.ts';

const state = z.union([z.enum(['granted', 'denied']), z.boolean()]);
const consent = z.union([
  state,
  onlyNamed({
    state,
    source: z.string().optional(),
    wording: z.string().nullish(),
    at: consentTime,
  }),
]);
const id = z.union([z.string(), z.number()]).nullish();

/** A line of `/v1/import/customers`: what is known of one customer. */
export const customerLineSchema = onlyNamed({
  userId: id,
  anonymousId: id,
  traits: z.record(z.string(), z.unknown()).default({}).describe('Under `stated` what the customer said.'),
  origin: z
    .enum(traitOrigins)
    .default('observed')
    .describe('Where the traits come from, but for the stated.'),
  consents: z
    .record(
      z.string().refine((place) => readConsentPlace(place) !== null),
      consent,
      {
        error: ({ code }) =>
          code === 'invalid_key'
            ? 'expected a channel, such as email, or a topic of one: email:news'
            : undefined,
      },
    )
    .optional()
    .describe(
      'By channel, or channel and topic: `{"email":"granted","email:news":{"state":"denied","at":…}}`.',
    ),
  createdAt: z.unknown().optional().describe('Kept as the trait of that name.'),
  timestamp: z.unknown().optional().describe('Since when this is so; the time of the import when not given.'),
  messageId: z.unknown().optional(),
});

/** The `identify` that a line of customers stands for. @throws AppError `malformed-message`. */
export function customerMessage(line: unknown, importName: string): object {
  const { origin, consents, traits, createdAt, ...ids } = parse(
    customerLineSchema,
    line,
    'malformed-message',
  );
  return {
    type: 'identify',
    ...ids,
    traits: { ...(createdAt != null && { createdAt }), ...traits },
    context: {
      traitsOrigin: origin,
      ...(consents && { consent: { channels: consents, source: `import ${importName}` } }),
    },
  };
}
