import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Config } from '../src/config.ts';
import { AppError } from '../src/errors.ts';

/** What a key may do: a write key only sends customer events, an admin key may do everything. */
export type KeyKind = 'write' | 'admin';

/** Says what a key is, in a time that does not depend on how much of it is right. */
export interface Keys {
  /** @throws AppError `unknown-key`. */
  kindOf(key: string): KeyKind;
}

export function createKeys(config: Pick<Config, 'KAIROS_WRITE_KEY' | 'KAIROS_ADMIN_KEY'>): Keys {
  const write = digest(config.KAIROS_WRITE_KEY);
  const admin = digest(config.KAIROS_ADMIN_KEY);
  return {
    kindOf(key) {
      const given = digest(key);
      const isAdmin = timingSafeEqual(given, admin);
      const isWrite = timingSafeEqual(given, write);
      if (isAdmin) return 'admin';
      if (isWrite) return 'write';
      throw new AppError('unknown-key', 'The key that was given is neither the write key nor the admin key.');
    },
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Lets only the admin key pass, in the headers. @throws AppError `missing-key`, `unknown-key`, `wrong-key`. */
export function requireAdmin(keys: Keys, req: Request): void {
  const inHeader = headerKey(req);
  if (inHeader === null && writeKeyOf(req.query) === null) throw missingKey('the admin key');
  const kind = inHeader === null ? kindInBody(keys, req, null) : keys.kindOf(inHeader);
  if (kind !== 'admin') {
    throw new AppError('wrong-key', 'This needs the admin key; the write key may only send customer events.');
  }
}

/** The kind of the key in the headers, or null when they have none. @throws AppError `unknown-key`. */
export function kindInHeader(keys: Keys, req: Request): KeyKind | null {
  const key = headerKey(req);
  return key === null ? null : keys.kindOf(key);
}

/** The kind of the write key in the query or the body. @throws AppError `missing-key`, `unknown-key`. */
export function kindInBody(keys: Keys, req: Request, body: unknown): KeyKind {
  const key = writeKeyOf(req.query) ?? writeKeyOf(body);
  if (key === null) throw missingKey('the write key');
  return writeKind(keys, key);
}

/** The kind of the write key in the query, or null when it has none. @throws AppError `unknown-key`. */
export function kindInQuery(keys: Keys, req: Request): KeyKind | null {
  const key = writeKeyOf(req.query);
  return key === null ? null : writeKind(keys, key);
}

function writeKind(keys: Keys, key: string): KeyKind {
  const kind = keys.kindOf(key);
  // An admin key does not belong where proxies and browsers write it down.
  if (kind === 'admin')
    throw new AppError('unknown-key', 'The `writeKey` that was given is not the write key.');
  return kind;
}

/** No key came, where this one is needed; `more` says what else is known of that. */
export function missingKey(which: 'the write key' | 'the admin key', more = ''): AppError {
  const header = `Send ${which} as "Authorization: Bearer KEY" or as the user name of HTTP Basic`;
  const elsewhere = which === 'the write key' ? ', or as `writeKey` in the query or the body' : '';
  return new AppError('missing-key', `${header}${elsewhere}.${more}`);
}

/** The key in `Authorization`: of Bearer the token, of Basic the user name. */
function headerKey(req: Request): string | null {
  const header = req.get('authorization');
  if (header === undefined || header.trim() === '') return null;
  const [, scheme = '', value = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') {
    throw new AppError('unknown-key', `"Authorization: ${scheme}" is not known here; use Bearer or Basic.`);
  }
  return Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0]!;
}

function writeKeyOf(from: unknown): string | null {
  const key = (from as { writeKey?: unknown } | null | undefined)?.writeKey;
  return typeof key === 'string' && key !== '' ? key : null;
}
