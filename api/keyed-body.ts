import type { Request, Response } from 'express';
import { AppError, type ErrorCode } from '../src/errors.ts';
import { parseJson, readBytes } from './body.ts';
import { kindInBody, kindInHeader, kindInQuery, missingKey, type KeyKind, type Keys } from './keys.ts';

/** What may be wrong with a body so that no key can be read in it. */
const unreadable: readonly ErrorCode[] = ['malformed-json', 'malformed-body', 'unsupported-encoding'];

/**
 * The JSON of a request's body, and the kind of its key, which stands in the headers, the query or that body; undefined
 * of an empty body where it `mayBeEmpty`.
 * @throws AppError as `readJson` does, if there is a key; `missing-key`, `unknown-key`.
 */
export async function readKeyedJson(
  keys: Keys,
  { req, res, maxBytes, mayBeEmpty = false }: KeyedRequest,
): Promise<{ came: unknown; kind: KeyKind }> {
  const before = kindInHeader(keys, req) ?? kindInQuery(keys, req);
  const came = await readBody({ req, res, maxBytes, mayBeEmpty }).catch((error: unknown) => {
    const hidesKey = before === null && error instanceof AppError && unreadable.includes(error.code);
    throw hidesKey ? missingKey('the write key', ` No body has it either: ${error.message}`) : error;
  });
  return { came, kind: before ?? kindInBody(keys, req, came) };
}

interface KeyedRequest {
  req: Request;
  res: Response;
  maxBytes: number;
  mayBeEmpty?: boolean;
}

async function readBody({ req, res, maxBytes, mayBeEmpty }: KeyedRequest): Promise<unknown> {
  const bytes = await readBytes(req, res, maxBytes);
  return mayBeEmpty && bytes.length === 0 ? undefined : parseJson(bytes);
}
