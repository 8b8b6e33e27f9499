import { sandboxBounds } from './bounds.ts';

/** What a text message asks for. */
export interface TextMessage {
  to: string;
  /** A number, or the sid of a messaging service. */
  from: string;
  messagingServiceSid: string | null;
  body: string;
  deliveryId: string | null;
}

/** An error as Twilio answers it. */
export interface TwilioError {
  code: number;
  message: string;
  more_info: string;
  status: number;
}

/** An error in Twilio's form; its codes are listed at twilio.com/docs/api/errors. */
export function twilioError(status: number, code: number, message: string): TwilioError {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

const e164 = /^\+[1-9]\d{7,14}$/;

/** The message that a form of `Messages.json` asks for, or the first thing that Twilio finds wrong with it. */
export function readTextMessage(
  form: Record<string, unknown>,
): { message: TextMessage } | { error: TwilioError } {
  const [to, from, service, body, callback] = (
    ['To', 'From', 'MessagingServiceSid', 'Body', 'StatusCallback'] as const
  ).map((name) => textOf(form[name])) as [string, string, string, string, string];
  const refuse = (code: number, words: string) => ({ error: twilioError(400, code, words) });
  if (!to) return refuse(21604, "A 'To' phone number is required.");
  if (!e164.test(to)) return refuse(21211, `The 'To' number ${to} is not a valid phone number.`);
  if (!from && !service) return refuse(21603, "A 'From' phone number is required.");
  if (service && !/^MG[0-9a-f]{32}$/i.test(service)) {
    return refuse(21701, `The Messaging Service with Sid ${service} does not exist.`);
  }
  if (!service && !e164.test(from)) {
    return refuse(
      21606,
      `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number for this destination/account`,
    );
  }
  if (!body) return refuse(21602, 'Message body is required.');
  if (body.length > sandboxBounds.smsLength) {
    return refuse(21617, 'The concatenated message body exceeds the 1600 character limit.');
  }
  if (callback && !isWebAddress(callback)) return refuse(21609, 'The StatusCallback URL is not a valid URL.');
  const deliveryId = callback ? new URL(callback).searchParams.get('deliveryId') : null;
  return { message: { to, from: service || from, messagingServiceSid: service || null, body, deliveryId } };
}

/** Of a field that came more than once the last counts. */
function textOf(value: unknown): string {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : '';
}

function isWebAddress(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}
