import { cutText } from '../../src/domain/cut-text.ts';
import type { SuppressionReason } from '../../src/domain/suppression.ts';
import { withoutAddresses } from '../../src/domain/without-addresses.ts';
import type { CallOutcome, RefusalAbout } from './channel.ts';

/** What a provider answered, when it was not a success. */
export interface ProviderAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/** What a provider's error says. */
export interface ProviderError {
  /** Its own code, and its words. */
  code: string | null;
  words: string | null;
  /** Of a call for several messages, whom it is about, if it says so. */
  about?: RefusalAbout;
  /** What it says of the address: why nothing is sent there any more. */
  suppress?: SuppressionReason | null;
  /** It is about us, whatever the status: somebody can mend it. */
  isMendable?: boolean;
}
export type ReadError = (body: unknown) => ProviderError;

/** A provider that asks for more patience than this gets asked again after this all the same. */
export const longestRetryAfterMs = 3_600_000;

/** 4xx that somebody can mend, or that time mends: the key, the permission, the rate. */
const mendable = new Set([401, 403, 407, 408, 425, 429]);

/** What an answer other than a success says about the message. */
export function outcomeOf(answer: ProviderAnswer, readError: ReadError, address: string): CallOutcome {
  const { code, words, about, suppress, isMendable } = readError(answer.body);
  const detail = withoutAddress(words ? `${answer.status}: ${words}` : `${answer.status}`, address);
  const isRefusal = answer.status >= 400 && answer.status < 500;
  if (mendable.has(answer.status) || (isRefusal && isMendable)) {
    return { kind: 'not-accepted', retryAfterMs: retryAfterMs(answer.headers), detail };
  }
  if (isRefusal) {
    return {
      ...{ kind: 'refused', code: code ?? String(answer.status), detail },
      ...(about !== undefined && { about }),
      ...(suppress && { suppress: { reason: suppress } }),
    };
  }
  return { kind: 'unknown', detail };
}

/**
 * How long the provider asks us to wait: `Retry-After` in seconds, or as a date counted from the answer's own `Date`
 * (so that no clock of ours matters), at most an hour. Null if it does not say.
 */
export function retryAfterMs(headers: Record<string, unknown>): number | null {
  const value = headers['retry-after'];
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value).trim();
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : msBetween(headers['date'], text);
  if (ms === null || Number.isNaN(ms)) return null;
  return Math.min(Math.max(Math.ceil(ms), 0), longestRetryAfterMs);
}

function msBetween(from: unknown, to: string): number | null {
  return typeof from === 'string' ? Date.parse(to) - Date.parse(from) : null;
}

const longestDetail = 500;

/** A provider's words without the address they are about, or anything else that looks like one: ledgers and logs keep them. */
export function withoutAddress(words: string, address: string): string {
  const without = withoutAddresses(words.replaceAll(address, '[address]'));
  // PostgreSQL takes neither, and what came of the call could never be written.
  return cutText(without.replaceAll(/\0|\p{Surrogate}/gu, '\ufffd'), longestDetail);
}
