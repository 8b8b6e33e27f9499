import { createHmac } from 'node:crypto';

const safe = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether an identifier is short and plain: no address, and no words. */
export const isPlain = (value: string): boolean => safe.test(value);

/**
 * An identifier as it may stand in a workflow id, a search attribute or a history: itself when it is short and plain,
 * else its keyed hash, so that an address used as an id never reaches Temporal.
 */
export function safeName(value: string, secret: string): string {
  return isPlain(value) ? value : hashedName(value, secret);
}

/** `~` and 22 characters of the keyed hash of an identifier: never a plain one. */
export function hashedName(value: string, secret: string): string {
  return `~${createHmac('sha256', secret).update(value).digest('base64url').slice(0, 22)}`;
}
