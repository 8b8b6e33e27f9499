import type { Clock } from '../../src/clock.ts';
import { twilioMeaning, type ProviderNews } from '../../src/domain/provider-news.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { fingerprintOf } from './sendgrid-events.ts';
import type { Form } from './twilio-signature.ts';

/** What a status call-back of Twilio's tells. @throws AppError `malformed-body` that names the field. */
export function readTwilioStatus(form: Form, deliveryId: string | null, clock: Clock): ProviderNews {
  const [sid, status, to] = [
    fieldOf(form, 'MessageSid'),
    fieldOf(form, 'MessageStatus'),
    fieldOf(form, 'To'),
  ];
  const errorCode = optionalField(form, 'ErrorCode');
  const meaning = twilioMeaning(status, errorCode);
  if (meaning === null) {
    throw new AppError(
      'malformed-body',
      `MessageStatus: expected a status of Twilio's, got ${sayValue(status)}.`,
    );
  }
  const { channel, address } = placeOf(to);
  return {
    ...meaning,
    ...{ provider: 'twilio', channel, kind: status, deliveryId },
    fingerprint: fingerprintOf([sid, status]),
    ...{ providerId: sid, address, at: clock.now(), detail: '' },
  };
}

/** A number as Twilio writes it: of WhatsApp with the channel before it. */
export function placeOf(number: string): { channel: 'sms' | 'whatsapp'; address: string } {
  const isWhatsapp = number.startsWith('whatsapp:');
  return { channel: isWhatsapp ? 'whatsapp' : 'sms', address: number.replace(/^whatsapp:/, '') };
}

/** A field that has to be there, once. @throws AppError `malformed-body`. */
export function fieldOf(form: Form, name: string): string {
  const value = form[name];
  if (typeof value === 'string' && value.includes('\0'))
    throw new AppError('malformed-body', `${name}: expected a text without the character U+0000.`);
  if (typeof value === 'string' && value !== '') return value;
  throw new AppError('malformed-body', `${name}: expected a text, got ${sayValue(value)}.`);
}

/** Of a field that need not be there what it says, without the NUL that no database stores; null when it is not, or is empty. */
export function optionalField(form: Form, name: string): string | null {
  const value = form[name];
  return typeof value === 'string' ? value.replaceAll('\0', '') || null : null;
}
