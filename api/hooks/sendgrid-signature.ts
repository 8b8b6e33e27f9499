import { createPublicKey, verify } from 'node:crypto';
import type { Request } from 'express';
import type { Clock } from '../../src/clock.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';

/** What SendGrid's event webhook and inbound parse sign with: their names are the same for both. */
export const signatureHeader = 'X-Twilio-Email-Event-Webhook-Signature';
export const timestampHeader = 'X-Twilio-Email-Event-Webhook-Timestamp';

/** What came as a signature. */
export interface SendGridSignature {
  /** Base64 of DER. */
  signature: string;
  /** Seconds since 1970, as text: it is signed as it is written. */
  timestamp: string;
}

/**
 * The signature that came with a post, before its body is read: without one, or with an old one, nobody need read it.
 * SendGrid signs each try; how old one may be says `bounds.hookHours`.
 * @throws AppError `forged`.
 */
export function signatureOf(req: Request, clock: Clock): SendGridSignature {
  const [signature, timestamp] = [req.get(signatureHeader), req.get(timestampHeader)];
  if (signature === undefined || timestamp === undefined) {
    const missing = signature === undefined ? signatureHeader : timestampHeader;
    throw new AppError('forged', `The header ${missing} is missing: switch SendGrid's signing on.`);
  }
  if (!/^\d{1,11}$/.test(timestamp)) {
    const came = sayValue(timestamp);
    throw new AppError('forged', `${timestampHeader}: expected seconds since 1970, got ${came}.`);
  }
  const hours = (clock.realNow().getTime() / 1_000 - Number(timestamp)) / 3_600;
  if (hours <= bounds.hookHours) return { signature, timestamp };
  const bound = `over the bound of ${bounds.hookHours}`;
  throw new AppError(
    'forged',
    `This was signed ${Math.floor(hours)} hours ago, ${bound}; it is not taken any more.`,
  );
}

/**
 * Holds a body, byte by byte as it came, against its signature (ECDSA with P-256 and SHA-256 over the timestamp and the
 * body). @throws AppError `forged`.
 */
export function assertSigned(
  { signature, timestamp }: SendGridSignature,
  body: Buffer,
  key: { name: string; value: string | undefined },
): void {
  if (key.value === undefined) {
    throw new AppError('forged', `${key.name} is not set, so nothing of SendGrid's can be verified; set it.`);
  }
  const publicKey = createPublicKey({ key: Buffer.from(key.value, 'base64'), format: 'der', type: 'spki' });
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  if (verify('sha256', signed, publicKey, Buffer.from(signature, 'base64'))) return;
  throw new AppError(
    'forged',
    `The signature is not one of the body as it came, with the key of ${key.name}: is that the key SendGrid shows, and does a proxy change bodies?`,
  );
}
