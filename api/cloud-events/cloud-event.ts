import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';
import { rfc3339Ms } from '../../src/domain/client-time.ts';
import { didYouMean } from '../../src/domain/did-you-mean.ts';
import { sayExpected, sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { parse } from '../parse.ts';
import { textField } from '../text-field.ts';
import type { DataSchemas } from './data.ts';

/** A CloudEvent 1.0 as Kairos understands it. `timeMs` is real, epoch milliseconds; null when none was named. */
export interface CloudEvent {
  id: string;
  source: string;
  type: string;
  subject: string;
  timeMs: number | null;
  data: Record<string, unknown>;
}

/**
 * Reads a CloudEvent in the form of its JSON format: null stands for absent, attributes that are not known are passed
 * over.
 * @throws AppError `malformed-message`, `unknown-type`.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export function readCloudEvent(came: unknown, schemas: DataSchemas): CloudEvent {
  if (typeof came !== 'object' || came === null || Array.isArray(came)) {
    throw new AppError('malformed-message', `Expected a CloudEvent as an object, got ${sayValue(came)}.`);
  }
  const { id, source, type, subject, time, ...content } = parse(envelopeSchema, came, 'malformed-message');
  const schema = schemas.get(type);
  if (schema === undefined) throw unknownType(type, [...schemas.keys()]);
  const data = dataOf(content, type);
  const read = parse(z.object({ data: schema }), { data }, 'malformed-message');
  return { id, source, type, subject, timeMs: time, data: read.data };
}

/** The data, also of clients that were handed them as bytes. */
function dataOf(content: { data?: unknown; data_base64?: unknown }, type: string): unknown {
  const { data, data_base64: fromBytes } = content;
  if (fromBytes == null) {
    if (data !== undefined) return data;
    throw new AppError('malformed-message', `data: a ${type} says in it what is, got nothing.`);
  }
  if (data === undefined) return fromBytes;
  throw new AppError('malformed-message', 'data_base64: expected either this or `data`, got both.');
}

/** What is refused but by its data, as OpenAPI has it: one shape a type. */
export function cloudEventSchema(schemas: DataSchemas): z.ZodType {
  const shapes = [...schemas].map(([type, data]) =>
    z.looseObject({ ...envelopeSchema.shape, type: z.literal(type), data }),
  );
  return z.union(shapes);
}

function unknownType(type: string, known: readonly string[]): AppError {
  const expected = `expected one of ${known.join(', ')}`;
  return new AppError('unknown-type', `type: ${expected}, got ${sayValue(type)}${didYouMean(type, known)}`);
}

const sourceError = `expected a URI-reference of 1 to ${bounds.sourceLength} characters, such as "/shop/warehouse"`;
/** The characters of RFC 3986, with `#` once. */
const uriReference =
  /^(?:[\w\-.~:/?[\]@!$&'()*+,;=]|%[0-9A-F]{2})*(?:#(?:[\w\-.~:/?[\]@!$&'()*+,;=]|%[0-9A-F]{2})*)?$/i;

const sourceSchema = z
  .string(sourceError)
  .min(1, sourceError)
  .max(bounds.sourceLength, sourceError)
  .regex(uriReference, sourceError)
  .regex(/^(?!kairos:)/i, 'expected a source of your own: those that begin with "kairos:" are ours');

const timeSchema = z
  .string('expected a time of RFC 3339, such as "2026-05-01T12:00:00Z"')
  .meta({ format: 'date-time' })
  .transform((text, context) => {
    const ms = rfc3339Ms(text);
    if (ms !== null && ms >= 0) return ms;
    const message = `expected a time of RFC 3339 since 1970, such as "2026-05-01T12:00:00Z", got ${sayValue(text)}`;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });

const jsonError = 'expected JSON data: "application/json", or none';

const bytesError = 'expected JSON in UTF-8 as base64, or better in `data`';
const utf8 = new TextDecoder('utf-8', { fatal: true });

const bytesSchema = z.base64(bytesError).transform((text, context): unknown => {
  try {
    return JSON.parse(utf8.decode(Buffer.from(text, 'base64'))) as unknown;
  } catch {
    context.issues.push({ code: 'custom', message: `${bytesError}, got ${sayValue(text)}`, input: text });
    return z.NEVER;
  }
});

/** The attributes that are read. */
const envelopeSchema = z.object({
  specversion: z.literal('1.0', 'expected "1.0", as a text'),
  id: textField('an id', bounds.idLength),
  source: sourceSchema,
  type: textField('a type', bounds.nameLength),
  subject: textField('what it is of (a sku, a region, a topic)', bounds.idLength),
  time: timeSchema.nullish().transform((ms) => ms ?? null),
  datacontenttype: z
    .string(jsonError)
    .refine(isJsonType, { error: sayExpected(jsonError) })
    .nullish(),
  data_base64: bytesSchema.nullish(),
  data: z.unknown().optional(),
});

/** Whether a media type is JSON, in UTF-8 as JSON is. */
export function isJsonType(mediaType: string): boolean {
  const [name = '', ...parameters] = mediaType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return /^[^/]+\/([^/]+\+)?json$/.test(name) && (charset === undefined || isUtf8(charset));
}

/** Whether a `charset=…` names UTF-8, or what is a part of it. */
function isUtf8(charset: string): boolean {
  return /^charset="?(utf-?8|us-ascii)"?$/.test(charset);
}
