import twilio from 'twilio';
import type { MessageListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/message.js';
import { twilioSuppression } from '../../src/domain/provider-news.ts';
import type { CallOutcome, Outbound } from './channel.ts';
import type { ProviderError } from './provider-answer.ts';
import { callProvider, ProviderRefusal, type CallWiring } from './provider-call.ts';

export interface TwilioOptions {
  accountSid: string;
  authToken: string;
  messagingServiceSid: string;
  /** Where Twilio's API is, if not at Twilio. */
  baseUrl?: string | undefined;
  /** Where Kairos is reached from outside; without it Twilio is not asked to call back. */
  publicUrl?: string | undefined;
  timeoutMs: number;
}

/** What one channel says to Twilio: to whom, and the words or the template. */
export type TwilioMessage = Pick<
  MessageListInstanceCreateOptions,
  'to' | 'body' | 'contentSid' | 'contentVariables'
>;

/** Hands one message to Twilio's own client, from the messaging service, to be called back with our id. */
export function callTwilio(
  options: TwilioOptions,
  outbound: Pick<Outbound, 'deliveryId' | 'to'>,
  message: TwilioMessage,
  signal?: AbortSignal,
): Promise<CallOutcome> {
  return callProvider(
    { timeoutMs: options.timeoutMs, signal, readError: readTwilioError, address: outbound.to },
    async (wiring) => {
      const client = twilio(options.accountSid, options.authToken, {
        httpClient: requestClientFor(options, wiring),
      });
      const sent = await client.messages.create({
        ...message,
        messagingServiceSid: options.messagingServiceSid,
        ...(options.publicUrl
          ? { statusCallback: statusCallback(options.publicUrl, outbound.deliveryId) }
          : {}),
      });
      return { providerId: sent.sid ?? null };
    },
  );
}

/** Our id travels in the URL: Twilio has no other place for it, and calls back with the URL it was given. */
function statusCallback(publicUrl: string, deliveryId: string): string {
  const url = new URL(`${publicUrl.replace(/\/$/, '')}/v1/hooks/twilio/status`);
  url.searchParams.set('deliveryId', deliveryId);
  return url.href;
}

/** Twilio's client throws the headers of an error away, and with them `Retry-After`: so errors are thrown here. */
function requestClientFor(options: TwilioOptions, wiring: CallWiring): twilio.RequestClient {
  const client = new twilio.RequestClient({
    keepAlive: false,
    autoRetry: false,
    timeout: options.timeoutMs,
  });
  client.axios.interceptors.request.use((config) => {
    const asked = new URL(config.url ?? '');
    const url = options.baseUrl ? new URL(asked.pathname + asked.search, options.baseUrl).href : asked.href;
    return Object.assign(config, wiring, { url });
  });
  client.axios.interceptors.response.use((answer) => {
    if (answer.status < 300) return answer;
    throw new ProviderRefusal({ status: answer.status, headers: { ...answer.headers }, body: answer.data });
  });
  return client;
}

/**
 * About who sends, not about the message: a service that is not there, has no number or may not be used, a number that is
 * not the shop's. It is the shop's own setting, and no customer is to lose a message over it.
 */
const aboutSender = ['21603', '21606', '21701', '21703', '21704', '63007'];

function readTwilioError(body: unknown): ProviderError {
  const said = (body ?? {}) as { code?: unknown; message?: unknown };
  const { message } = said;
  const code = typeof said.code === 'number' ? String(said.code) : null;
  return {
    code,
    suppress: twilioSuppression(code),
    isMendable: code !== null && aboutSender.includes(code),
    words: typeof message === 'string' ? message : null,
  };
}
