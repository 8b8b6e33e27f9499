import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

/** What the sandbox signs with where it calls back, and what that is verified with. */
export interface SandboxKeys {
  /** PKCS8 and SPKI of a pair of the curve P-256, as base64: SendGrid's. */
  privateKey: string;
  publicKey: string;
  /** Twilio's. */
  authToken: string;
}

/** A new pair, as SendGrid makes one when signing is switched on. */
export function createSendGridKeys(): Pick<SandboxKeys, 'privateKey' | 'publicKey'> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
  return { privateKey: bytes.toString('base64'), publicKey: publicKeyOf(bytes.toString('base64')) };
}

function publicKeyOf(privateKey: string): string {
  const key = createPublicKey(keyOf(privateKey));
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}

const keyOf = (privateKey: string) =>
  createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });

/** The headers of a post of SendGrid's: signed at a second since 1970. */
export function sendGridSignature(
  privateKey: string,
  { seconds, body }: { seconds: number; body: Buffer },
): Record<string, string> {
  const timestamp = String(seconds);
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  return {
    'X-Twilio-Email-Event-Webhook-Signature': sign('sha256', signed, keyOf(privateKey)).toString('base64'),
    'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
  };
}

/** The header of a post of Twilio's, by its own library. */
export function twilioSignature(
  authToken: string,
  { url, form }: { url: string; form: Record<string, string> },
): Record<string, string> {
  return { 'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url, form) };
}
