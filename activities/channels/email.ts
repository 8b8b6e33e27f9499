import { Client } from '@sendgrid/client';
import { classes } from '@sendgrid/helpers';
import { MailService } from '@sendgrid/mail';
import type { ChannelAdapter, EmailContent, Outbound, RefusalAbout } from './channel.ts';
import { factorable, factorMails } from './factored-mails.ts';
import { closedHeard, keptConnections } from './kept-connections.ts';
import type { ProviderError } from './provider-answer.ts';
import { callProvider, ProviderRefusal, type CallWiring } from './provider-call.ts';
import { unsubscribeHeaders } from './unsubscribe-headers.ts';

export interface EmailOptions {
  apiKey: string;
  /** `hello@shop.example` or `The shop <hello@shop.example>`. */
  from: string;
  /** Where SendGrid's API is, if not at SendGrid: never through a proxy then. */
  baseUrl?: string | undefined;
  timeoutMs: number;
}

/** Recipients of one request, as SendGrid bounds them. */
const mostRecipients = 1_000;

/** Substitutions of one recipient: SendGrid bounds their bytes, and in older versions of its reference their number. */
const substitutionBounds = { tags: 100, bytes: 10_000 };

/** E-mail through SendGrid's own client. */
export function emailChannel(options: EmailOptions): ChannelAdapter {
  const agents = keptConnections();
  const send = (
    messages: readonly Outbound[],
    signal: AbortSignal | undefined,
    call: (wiring: CallWiring) => Promise<{ providerId: string | null }>,
  ) => {
    const asked = { timeoutMs: options.timeoutMs, signal, readError: readSendGridError };
    return callProvider({ ...asked, address: messages[0]!.to }, call);
  };
  return {
    channel: 'email',
    send: (message, signal) =>
      send([message], signal, async (wiring) => {
        await closedHeard();
        return sendMails(options, [message], { ...wiring, ...agents });
      }),
    batch: {
      most: mostRecipients,
      // On a connection of its own: one that breaks as it is used again would leave a thousand in doubt.
      send: (messages, signal) => send(messages, signal, (wiring) => sendMails(options, messages, wiring)),
      together,
    },
  };
}

/** Mails of one template mostly, however they differ by customer: what does travels as substitutions. */
function together(messages: readonly Outbound[]): Outbound[][] {
  const groups = factorable(messages.map(mailOf), substitutionBounds);
  return groups.map((places) => places.map((place) => messages[place]!));
}

function mailOf({ content }: Outbound): EmailContent {
  if ('html' in content) return content;
  throw new TypeError('An e-mail needs a subject, html and text; only text came.');
}

/** A personalization for each: its recipient sees nobody else, and the delivery's id is its own. */
async function sendMails(
  options: EmailOptions,
  messages: readonly Outbound[],
  wiring: CallWiring,
): Promise<{ providerId: string | null }> {
  const service = new MailService();
  service.setClient(clientFor(options, wiring));
  // It takes a mail of its own class as it is; its types know only what one is made of.
  const [response] = await service.send(mailFor(options, messages) as never).catch(throwRefusal);
  const id = (response.headers as Record<string, unknown>)['x-message-id'];
  return { providerId: typeof id === 'string' ? id : null };
}

/** Made part by part: of one made at once the class copies everything, and each recipient once more. */
function mailFor({ from }: EmailOptions, messages: readonly Outbound[]): InstanceType<typeof classes.Mail> {
  const { content, substitutions } = factorMails(messages.map(mailOf));
  const mail = new classes.Mail();
  mail.setFrom(from);
  mail.setSubject(content.subject);
  mail.addTextContent(content.text);
  mail.addHtmlContent(content.html);
  // The tags are whole as they are.
  mail.setSubstitutionWrappers(['', '']);
  for (const [place, { deliveryId, to, unsubscribeUrl }] of messages.entries()) {
    const recipient = new classes.Personalization();
    recipient.setTo({ email: to });
    recipient.setCustomArgs({ deliveryId });
    recipient.setSubstitutions(substitutions[place]!);
    recipient.setHeaders(unsubscribeHeaders(unsubscribeUrl));
    mail.addPersonalization(recipient as never);
  }
  return mail;
}

/** A client of its own for each call: SendGrid's has no other place for a call's deadline. */
class WiredClient extends Client {
  wiring: object = {};

  override createRequest(data: Parameters<Client['createRequest']>[0]): ReturnType<Client['createRequest']> {
    return { ...super.createRequest(data), ...this.wiring };
  }
}

function clientFor(options: EmailOptions, wiring: CallWiring): Client {
  const client = new WiredClient();
  client.setApiKey(options.apiKey);
  // Only now: setting the key sets the URL back.
  if (options.baseUrl) client.setDefaultRequest('baseUrl', options.baseUrl);
  client.wiring = options.baseUrl ? { ...wiring, proxy: false } : wiring;
  return client;
}

/** The library's error for an answer has the status as its `code`, and the answer. */
function throwRefusal(error: unknown): never {
  const { code, response } = error as {
    code?: unknown;
    response?: { status?: unknown; headers?: unknown; body?: unknown };
  };
  const status = typeof code === 'number' ? code : response?.status;
  if (typeof status !== 'number') throw error;
  const headers = { ...(response?.headers as Record<string, unknown> | undefined) };
  throw new ProviderRefusal({ status, headers, body: response?.body });
}

/** SendGrid names the field that it does not take: `personalizations.17.to.0.email`, `from.email`. */
function readSendGridError(body: unknown): ProviderError {
  const listed = (body as { errors?: unknown } | null | undefined)?.errors;
  const errors = (Array.isArray(listed) ? listed : []) as { message?: unknown; field?: unknown }[];
  const [first] = errors;
  const words = typeof first?.message === 'string' ? first.message : null;
  const fields = errors.map(({ field }) => (typeof field === 'string' ? field : null));
  const about = aboutOf(fields);
  return {
    code: null,
    words: words && fields[0] ? `${words} (${fields[0]})` : words,
    ...(about === undefined ? {} : { about }),
    // The sender is the shop's own setting: no customer is to lose a mail over it.
    isMendable: fields.some((field) => field !== null && /^from\b/.test(field)),
  };
}

/** Of all who share the request, unless each error names a place; not said where one names neither. */
function aboutOf(fields: readonly (string | null)[]): RefusalAbout | undefined {
  if (fields.some((field) => field !== null && !/^personalizations\b/.test(field))) return 'all';
  const places = fields.map((field) => /^personalizations\.(\d+)/.exec(field ?? '')?.[1]);
  if (places.length === 0 || places.includes(undefined)) return undefined;
  return [...new Set(places.map(Number))];
}
