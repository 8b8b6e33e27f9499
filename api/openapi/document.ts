import { z } from 'zod';
import { errorCodes, type ErrorCode } from '../../src/errors.ts';
import type { Method, Operation } from './describe.ts';

/** RFC 9457 lets a problem say more of itself: `all-rejected` lists what was wrong with each item. */
const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
});

/** The parts of OpenAPI that the document uses. */
export interface Document {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: Record<string, unknown>;
}

export interface DocumentedOperation {
  summary: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: unknown }[];
  requestBody?: { required: boolean; content: Record<string, { schema: unknown }> };
  responses: Record<string, unknown>;
  'x-error-codes': ErrorCode[];
}

/** OpenAPI 3.1 of what was described. */
export function documentOf(
  operations: ReadonlyMap<string, Partial<Record<Method, Operation>>>,
  version: string,
): Document {
  const paths = [...operations].map(([path, methods]) => [
    path.replace(/:(\w+)/g, '{$1}'),
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [method, documented(path, operation)]),
    ),
  ]);
  return {
    openapi: '3.1.0',
    info: { title: 'Kairos', version, description: 'Sends the right message at the right moment.' },
    paths: Object.fromEntries(paths) as Document['paths'],
    components: { securitySchemes, schemas: { Problem: jsonSchema(problemSchema, 'output') } },
  };
}

const securitySchemes = {
  writeKey: { type: 'http', scheme: 'bearer', description: 'May only send customer events; no secret.' },
  adminKey: { type: 'http', scheme: 'bearer', description: 'May do everything.' },
  writeKeyBasic: { type: 'http', scheme: 'basic', description: 'The write key as the user name.' },
  adminKeyBasic: { type: 'http', scheme: 'basic', description: 'The admin key as the user name.' },
  writeKeyQuery: { type: 'apiKey', in: 'query', name: 'writeKey', description: 'Also in the body.' },
};
const adminSecurity = [{ adminKey: [] }, { adminKeyBasic: [] }];
const writeSecurity = [{ writeKey: [] }, { writeKeyBasic: [] }, { writeKeyQuery: [] }, ...adminSecurity];
const securityOf = { none: [], write: writeSecurity, admin: adminSecurity };

function documented(path: string, operation: Operation): DocumentedOperation {
  const { summary, key, query, answer, status = 200 } = operation;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const ok = typeof answer === 'string' ? { [answer]: {} } : content(answer, 'output');
  const codes = codesOf(operation);
  const requested = requestContent(operation);
  return {
    summary,
    security: securityOf[key],
    parameters: [
      ...inPath.map((name) => ({ name, in: 'path' as const, required: true, schema: { type: 'string' } })),
      ...(query ? queryParameters(query) : []),
    ],
    ...(requested && { requestBody: { required: !operation.isBodyOptional, content: requested } }),
    responses: {
      [status]: { description: 'Done', content: ok },
      ...problems(codes),
      ...pagesOf(operation),
    },
    'x-error-codes': codes,
  };
}

function requestContent({ body, bodies }: Operation): Record<string, { schema: unknown }> | undefined {
  if (!bodies) return body && content(body, 'input');
  const schemas = Object.entries(bodies).map(([type, schema]) => [
    type,
    { schema: jsonSchema(schema, 'input') },
  ]);
  return Object.fromEntries(schemas) as Record<string, { schema: unknown }>;
}

function codesOf({ key, body, bodies, errors = [] }: Operation): ErrorCode[] {
  // Any address may have a character in it that none can have.
  const codes = new Set<ErrorCode>(['malformed-query', ...errors]);
  if (key !== 'none') codes.add('missing-key').add('unknown-key');
  if (key === 'admin') codes.add('wrong-key');
  if (body || bodies) {
    for (const code of ['malformed-json', 'malformed-body', 'too-large', 'unsupported-encoding'] as const)
      codes.add(code);
  }
  codes.add('method-not-allowed').add('internal').add('unavailable');
  return (Object.keys(errorCodes) as ErrorCode[]).filter((code) => codes.has(code));
}

/** The answers of a route's errors: one a status, with the codes it may have. */
function problems(codes: readonly ErrorCode[]): Record<string, unknown> {
  const statuses = [...new Set(codes.map((code) => errorCodes[code].status))];
  const schema = { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: codes.filter((code) => errorCodes[code].status === status).join(', '),
        content: { 'application/problem+json': { schema } },
      },
    ]),
  );
}

function pagesOf({ pages = {} }: Operation): Record<string, unknown> {
  const said = Object.entries(pages);
  return Object.fromEntries(
    said.map(([status, description]) => [status, { description, content: { 'text/html': {} } }]),
  );
}

function queryParameters(query: z.ZodType): DocumentedOperation['parameters'] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input');
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query' as const, required: required.includes(name), schema },
  }));
}

const content = (schema: z.ZodType, io: 'input' | 'output') => ({
  'application/json': { schema: jsonSchema(schema, io) },
});

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
