import { createECDH } from 'node:crypto';
import type { Config } from './config.ts';
import { StartError } from './errors.ts';

/** Kairos's own key for push services (RFC 8292), and whom they may write to about it. */
export interface Vapid {
  publicKey: string;
  privateKey: string;
  /** `mailto:` or `https:`. */
  subject: string;
}

type Settings = Pick<
  Config,
  'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY' | 'VAPID_SUBJECT' | 'KAIROS_EMAIL_FROM'
>;

/** The key in the settings; null when there is none. @throws StartError when its two halves do not belong together. */
export function vapidOf(config: Settings): Vapid | null {
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = config;
  if (!publicKey && !privateKey) return null;
  if (!publicKey || !privateKey || !isPair(publicKey, privateKey)) {
    throw new StartError(
      'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY do not belong together: set both as one pair, such as\n' +
        '`npx web-push generate-vapid-keys` makes, or neither. Browsers that subscribed under another pair are lost.',
    );
  }
  return { publicKey, privateKey, subject: config.VAPID_SUBJECT ?? `mailto:${senderOf(config)}` };
}

/** A new pair. */
export function createVapidKeys(): Pick<Vapid, 'publicKey' | 'privateKey'> {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys('base64url');
  // A number that begins with zeros is shorter; as a key it has 32 bytes all the same.
  const privateKey = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
  return { publicKey, privateKey: privateKey.toString('base64url') };
}

function isPair(publicKey: string, privateKey: string): boolean {
  const ecdh = createECDH('prime256v1');
  try {
    ecdh.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  } catch {
    // Not a number that could be a key.
    return false;
  }
  return ecdh.getPublicKey().equals(Buffer.from(publicKey, 'base64url'));
}

function senderOf({ KAIROS_EMAIL_FROM }: Settings): string {
  return /<([^>]+)>/.exec(KAIROS_EMAIL_FROM)?.[1] ?? KAIROS_EMAIL_FROM;
}
