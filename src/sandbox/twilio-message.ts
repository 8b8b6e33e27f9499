import { sandboxBounds } from './bounds.ts';

/** What a message asks for. */
export interface TextMessage {
  channel: 'sms' | 'whatsapp';
  /** A number, of WhatsApp too. */
  to: string;
  /** A number, or the sid of a messaging service. */
  from: string;
  messagingServiceSid: string | null;
  /** Of a template, what stands in its places, as JSON. */
  body: string;
  /** Of a template of WhatsApp's, its sid. */
  contentSid: string | null;
  deliveryId: string | null;
  /** Where Twilio tells what becomes of it; null: nowhere. */
  statusCallback: string | null;
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
  const [given, sender, service, said, callback] = (
    ['To', 'From', 'MessagingServiceSid', 'Body', 'StatusCallback'] as const
  ).map((name) => textOf(form[name])) as [string, string, string, string, string];
  const refuse = (code: number, words: string) => ({ error: twilioError(400, code, words) });
  if (!given) return refuse(21604, "A 'To' phone number is required.");
  const channel = given.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
  const [to, from] = [given, sender].map((one) => one.replace(/^whatsapp:/, '')) as [string, string];
  if (!e164.test(to)) return refuse(21211, `The 'To' number ${given} is not a valid phone number.`);
  if (sender && sender.startsWith('whatsapp:') !== (channel === 'whatsapp'))
    return refuse(21910, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel");
  const template = readTemplate(form);
  if ('code' in template) return refuse(template.code, template.words);
  const body = template.variables ?? said;
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
  if (!body && !template.contentSid) return refuse(21602, 'Message body is required.');
  if (body.length > sandboxBounds.smsLength) {
    return refuse(21617, 'The concatenated message body exceeds the 1600 character limit.');
  }
  if (callback && !isWebAddress(callback)) return refuse(21609, 'The StatusCallback URL is not a valid URL.');
  const deliveryId = callback ? new URL(callback).searchParams.get('deliveryId') : null;
  const messagingServiceSid = service || null;
  const { contentSid } = template;
  const statusCallback = callback || null;
  const called = { messagingServiceSid, body, contentSid, deliveryId, statusCallback };
  return { message: { channel, to, from: service || from, ...called } };
}

/** A template and what stands in its places, or what Twilio finds wrong with them. */
function readTemplate(
  form: Record<string, unknown>,
): { contentSid: string | null; variables: string | null } | { code: number; words: string } {
  const [contentSid, variables] = [textOf(form['ContentSid']), textOf(form['ContentVariables'])];
  if (contentSid && !/^HX[0-9a-f]{32}$/i.test(contentSid))
    return { code: 21655, words: 'The ContentSid is Invalid' };
  if (variables && !isTexts(variables))
    return { code: 21656, words: 'The ContentVariables Parameter is invalid' };
  return { contentSid: contentSid || null, variables: contentSid ? variables : null };
}

function isTexts(json: string): boolean {
  try {
    const read: unknown = JSON.parse(json);
    return (
      typeof read === 'object' &&
      read !== null &&
      !Array.isArray(read) &&
      Object.values(read).every((value) => typeof value === 'string')
    );
  } catch {
    // Not JSON.
    return false;
  }
}

/** Of a field that came more than once the last counts. */
function textOf(value: unknown): string {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : '';
}

function isWebAddress(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}
