import type { Config } from './config.ts';
import { isLoopback } from './domain/loopback.ts';
import { StartError } from './errors.ts';

/**
 * Mails that reach people carry the link by which one click unsubscribes (RFC 8058): an https one, or mail programs do
 * not follow it. A mail server on this machine is one that somebody tries things with.
 * @throws StartError when a real provider sends e-mail and `KAIROS_PUBLIC_URL` is none that the world reaches by https.
 */
export function assertLinksWork(
  config: Pick<Config, 'SENDGRID_API_KEY' | 'SMTP_URL' | 'KAIROS_PUBLIC_URL'>,
): void {
  const { SENDGRID_API_KEY, SMTP_URL, KAIROS_PUBLIC_URL } = config;
  const isTried = SMTP_URL !== undefined && isLoopback(new URL(SMTP_URL).hostname);
  if ((!SENDGRID_API_KEY && !SMTP_URL) || isTried) return;
  const url = KAIROS_PUBLIC_URL === undefined ? null : new URL(KAIROS_PUBLIC_URL);
  if (url?.protocol === 'https:' && !isLoopback(url.hostname)) return;
  const provider = SENDGRID_API_KEY ? 'SENDGRID_API_KEY' : 'SMTP_URL';
  const came = KAIROS_PUBLIC_URL === undefined ? 'is not set' : `is ${KAIROS_PUBLIC_URL}`;
  throw new StartError(
    `${provider} is set, so that mails reach people, and KAIROS_PUBLIC_URL ${came}: nobody could unsubscribe by a ` +
      'click. Set it to the https:// URL at which the world reaches Kairos.',
  );
}
