import type { Config } from './config.ts';
import { isLoopback } from './domain/loopback.ts';
import { StartError } from './errors.ts';

const devKeys: Partial<Config> = { KAIROS_WRITE_KEY: 'dev-write-key', KAIROS_ADMIN_KEY: 'dev-admin-key' };

/** Whoever listens where others reach it has keys of its own. @throws StartError that says which to set. */
export function checkToListen(config: Pick<Config, 'HOST' | 'KAIROS_WRITE_KEY' | 'KAIROS_ADMIN_KEY'>): void {
  if (isLoopback(config.HOST)) return;
  const known = (['KAIROS_WRITE_KEY', 'KAIROS_ADMIN_KEY'] as const).filter(
    (name) => config[name] === devKeys[name],
  );
  if (known.length === 0) return;
  throw new StartError(
    `HOST=${config.HOST} lets others than this machine in, and everybody knows the keys of development. ` +
      `Set ${known.join(' and ')} to secrets of yours, or HOST to 127.0.0.1.`,
  );
}

const twilio = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_MESSAGING_SERVICE_SID'] as const;

/** Whoever sends by Twilio has all that it takes, or nothing. @throws StartError that says what is missing. */
export function checkToSend(config: Pick<Config, (typeof twilio)[number]>): void {
  const missing = twilio.filter((name) => config[name] === undefined);
  if (missing.length === 0 || missing.length === twilio.length) return;
  const given = twilio.filter((name) => !missing.includes(name));
  throw new StartError(
    `${given.join(' and ')} ${given.length === 1 ? 'is' : 'are'} set, but SMS and WhatsApp need all of Twilio's settings: ` +
      `set ${missing.join(' and ')} too, or none of them.`,
  );
}
