import type { Request } from 'express';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Config } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';

/** The fields of a form; one that came more than once has all its values. */
export type Form = Record<string, string | string[]>;

/** Reads a form as Twilio posts it: `application/x-www-form-urlencoded`. */
export function readForm(body: Buffer): Form {
  const fields = new URLSearchParams(body.toString('utf8'));
  const names = [...new Set(fields.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
}

/** What a request of Twilio's is held against. */
export interface TwilioSignature {
  signature: string;
  token: string;
  publicUrl: string | undefined;
}

/** The signature that a request brings, before its body is read. @throws AppError `forged`. */
export function signatureOfTwilio(
  req: Pick<Request, 'get'>,
  { TWILIO_AUTH_TOKEN: token, KAIROS_PUBLIC_URL: publicUrl }: Config,
): TwilioSignature {
  if (token === undefined) {
    throw new AppError(
      'forged',
      "TWILIO_AUTH_TOKEN is not set, so nothing of Twilio's can be verified; set it.",
    );
  }
  const signature = req.get('X-Twilio-Signature');
  if (signature === undefined) throw new AppError('forged', 'The header X-Twilio-Signature is missing.');
  return { signature, token, publicUrl };
}

/**
 * Holds a form against `X-Twilio-Signature`, which signs the URL that Twilio called too: that is `KAIROS_PUBLIC_URL`, what
 * ever a proxy made of host and protocol on the way; without it, the URL as it came. @throws AppError `forged`.
 */
export function assertTwilios(
  req: Pick<Request, 'get' | 'protocol' | 'originalUrl'>,
  form: Form,
  { signature, token, publicUrl }: TwilioSignature,
): void {
  const base = publicUrl?.replace(/\/$/, '') ?? `${req.protocol}://${req.get('host') ?? ''}`;
  if (validateRequest(token, signature, `${base}${req.originalUrl}`, form)) return;
  throw new AppError(
    'forged',
    `The signature is not one of this form at ${base}, with TWILIO_AUTH_TOKEN: is KAIROS_PUBLIC_URL where Twilio calls?`,
  );
}
