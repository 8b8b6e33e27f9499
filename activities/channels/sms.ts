import twilio from 'twilio';
import type { ChannelAdapter, Outbound } from './channel.ts';
import { callProvider, ProviderRefusal, type CallWiring } from './provider-call.ts';

export interface SmsOptions {
  accountSid: string;
  authToken: string;
  messagingServiceSid: string;
  /** Where Twilio's API is, if not at Twilio. */
  baseUrl?: string | undefined;
  /** Where Kairos is reached from outside; without it Twilio is not asked to call back. */
  publicUrl?: string | undefined;
  timeoutMs: number;
}

/** Text messages through Twilio's own client. */
export function smsChannel(options: SmsOptions): ChannelAdapter {
  return {
    channel: 'sms',
    send: (message, signal) =>
      callProvider(
        { timeoutMs: options.timeoutMs, signal, readError: readTwilioError, address: message.to },
        (wiring) => sendText(options, message, wiring),
      ),
  };
}

async function sendText(
  options: SmsOptions,
  { deliveryId, to, content }: Outbound,
  wiring: CallWiring,
): Promise<{ providerId: string | null }> {
  const client = twilio(options.accountSid, options.authToken, {
    httpClient: new WiredRequestClient(options, wiring),
  });
  const sent = await client.messages.create({
    to,
    messagingServiceSid: options.messagingServiceSid,
    body: content.text,
    ...(options.publicUrl ? { statusCallback: statusCallback(options.publicUrl, deliveryId) } : {}),
  });
  return { providerId: sent.sid ?? null };
}

/** Our id travels in the URL: Twilio has no other place for it, and calls back with the URL it was given. */
function statusCallback(publicUrl: string, deliveryId: string): string {
  const url = new URL(`${publicUrl.replace(/\/$/, '')}/v1/hooks/twilio/status`);
  url.searchParams.set('deliveryId', deliveryId);
  return url.href;
}

/** Twilio's client throws the headers of an error away, and with them `Retry-After`: so errors are thrown here. */
class WiredRequestClient extends twilio.RequestClient {
  readonly #baseUrl: string | undefined;

  constructor(options: SmsOptions, wiring: CallWiring) {
    super({ keepAlive: false, autoRetry: false, timeout: options.timeoutMs });
    this.#baseUrl = options.baseUrl;
    this.axios.interceptors.request.use((config) => Object.assign(config, wiring));
  }

  override async request<TData>(request: Parameters<twilio.RequestClient['request']>[0]) {
    const asked = new URL(request.uri);
    const uri = this.#baseUrl ? new URL(asked.pathname + asked.search, this.#baseUrl).href : request.uri;
    const answer = await super.request<TData>({ ...(request as object as typeof request), uri } as never);
    if (answer.statusCode >= 300) {
      const headers = { ...(answer.headers as Record<string, unknown>) };
      throw new ProviderRefusal({ status: answer.statusCode, headers, body: answer.body });
    }
    return answer;
  }
}

function readTwilioError(body: unknown): { code: string | null; words: string | null } {
  const { code, message } = (body ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'number' ? String(code) : null,
    words: typeof message === 'string' ? message : null,
  };
}
