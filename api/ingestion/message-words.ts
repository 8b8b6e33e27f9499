/**
 * The names in `traits` and `context` that mean something to Kairos, for `/openapi.json`. Nobody is refused by these: what
 * is not among them, or is written otherwise, is kept as it came, for a journey may know what to make of it.
 */
import { z } from 'zod';
import { traitOrigins } from '../../src/db/schema/customers.ts';
import { frequencies } from '../../src/domain/wishes.ts';

const texts = z.array(z.string()).nullable();

/** What customers say of themselves; it stands before what is observed or bought in, whichever is newer. */
const stated = z
  .looseObject({
    interests: texts.describe('Categories, topics and products that they want to hear of.'),
    avoids: texts.describe(
      'Those that they want to hear nothing of: neither help nor offers are about them.',
    ),
    sizes: z
      .record(z.string(), z.string())
      .nullable()
      .describe('By kind: `{"shoes":"42"}`; for predicates and templates, the gate does not ask.'),
    intent: z.union([z.string(), texts]).describe('What they are here for: `gift`, `browsing`, `replacing`.'),
    channels: texts.describe('By which they wish to be reached: help and offers go by no other.'),
    frequency: z
      .enum(frequencies)
      .nullable()
      .describe('How often help and offers may come at most, beside what the shop allows itself.'),
  })
  .partial()
  .describe('What the customer said of themselves: any names; these are agreed upon. Null takes one back.');

const word = z.union([z.boolean(), z.enum(['granted', 'denied'])]);

const consent = z
  .looseObject({
    channels: z
      .record(
        z.string(),
        z.union([
          word,
          z.looseObject({ state: word, source: z.string(), wording: z.string(), at: z.string() }).partial(),
        ]),
      )
      .describe('By channel, or by channel and topic: `{"email":true,"email:new-arrivals":false}`.'),
    source: z.string().describe('Who asked; `identify` when it is not said, `identify: …` with a write key.'),
    wording: z.string().describe('In which words.'),
    at: z
      .string()
      .describe(
        'When it was given, if that was before this. A fresh consent carries it, or goes by ' +
          '`PUT /v1/customers/{id}/consents`: what a source only repeats undoes no refusal.',
      ),
  })
  .partial();

/** A JSON schema of what `traits` may say. */
export const traitWords = wordsOf(z.looseObject({ stated }).partial());

/** A JSON schema of what `context` may say beside what Segment has there. */
export const contextWords = wordsOf(
  z
    .looseObject({
      traits: z.looseObject({ stated }).partial(),
      traitsOrigin: z
        .enum(traitOrigins)
        .describe(
          'Where the traits come from that are not stated: `observed` unless it says; `bought-in` needs the admin key.',
        ),
      locale: z
        .string()
        .describe(
          'The language of the browser: it becomes the observed trait `locale`, by which messages are chosen.',
        ),
      timezone: z
        .string()
        .describe('Where the browser is, `Europe/Berlin`: it becomes the observed trait `timezone`.'),
      consent: consent.describe('Of an identify: what the customer agrees to or refuses.'),
    })
    .partial(),
);

function wordsOf(schema: z.ZodType): { properties: unknown } {
  const { properties } = z.toJSONSchema(schema, { io: 'input' });
  return { properties };
}
