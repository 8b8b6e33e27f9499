import type { Channel } from '../../src/domain/task-queues.ts';
import type { Sql } from 'postgres';
import type { Clock } from '../../src/clock.ts';
import type { ChannelAdapter } from './channel.ts';
import { emailChannel } from './email.ts';
import { onsiteChannel } from './onsite.ts';
import { pushChannel, type PushOptions, type SubscriptionBook } from './push.ts';
import { smsChannel } from './sms.ts';
import { smtpChannel } from './smtp.ts';
import { webhookChannel, type WebhookOptions } from './webhook.ts';
import { whatsappChannel } from './whatsapp.ts';

export interface ChannelsOptions {
  /** Where the sandbox provider listens; without meaning as soon as real keys are set. */
  sandboxUrl?: string | undefined;
  /** E-mail goes out by SendGrid or by SMTP, by one of them. */
  sendgrid?: { apiKey: string } | undefined;
  /** `smtps://user:password@host`. */
  smtp?: { url: string } | undefined;
  twilio?: { accountSid: string; authToken: string; messagingServiceSid: string } | undefined;
  /** Where messages for the shop's own pages are placed; without it none are. */
  onsite?: { sql: Sql; clock: Clock } | undefined;
  /** `hello@shop.example` or `The shop <hello@shop.example>`. */
  emailFrom: string;
  /** Where Kairos is reached from outside: Twilio calls back there. */
  publicUrl?: string | undefined;
  /** Kairos's key for push services; without it there is no push. */
  vapid?: PushOptions['vapid'] | undefined;
  /** Needed for push. */
  subscriptions?: SubscriptionBook | undefined;
  /** Where the channel `webhook` posts; without it there is none. */
  webhook?: { url: string; secret: string } | undefined;
  /** Needed for the webhook: what its receiver knows customers by. */
  names?: WebhookOptions['names'] | undefined;
  /** Needed for the webhook. */
  clock?: WebhookOptions['clock'] | undefined;
  /** Bounds one call to a provider, real milliseconds; 10 s unless told. */
  timeoutMs?: number | undefined;
}

const defaultTimeoutMs = 10_000;

/** The sandbox takes any key of the right shape. */
const sandboxKeys = {
  sendgrid: { apiKey: 'SG.sandbox' },
  twilio: {
    accountSid: `AC${'0'.repeat(32)}`,
    authToken: 'sandbox',
    messagingServiceSid: `MG${'0'.repeat(32)}`,
  },
};

/** A channel for each provider that is configured, by its real client; null for a channel that has none. */
export function createChannels(options: ChannelsOptions): Record<Channel, ChannelAdapter | null> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  // Real keys for one channel mean real customers: the other must not seem to reach them.
  const baseUrl = options.sendgrid || options.smtp || options.twilio ? undefined : options.sandboxUrl;
  const sendgrid = baseUrl ? sandboxKeys.sendgrid : options.sendgrid;
  const twilio = baseUrl ? sandboxKeys.twilio : options.twilio;
  // The sandbox reads our id from the call-back's URL, so with it there always is one.
  const publicUrl = options.publicUrl ?? baseUrl;
  const mailing = { from: options.emailFrom, timeoutMs };
  const byMail = sendgrid ? emailChannel({ ...sendgrid, ...mailing, baseUrl }) : null;
  return {
    email: options.smtp ? smtpChannel({ ...options.smtp, ...mailing }) : byMail,
    sms: twilio ? smsChannel({ ...twilio, baseUrl, publicUrl, timeoutMs }) : null,
    whatsapp: twilio ? whatsappChannel({ ...twilio, baseUrl, publicUrl, timeoutMs }) : null,
    push: createPush(options, baseUrl, timeoutMs),
    onsite: options.onsite ? onsiteChannel(options.onsite) : null,
    webhook: createWebhook(options, timeoutMs),
  };
}

function createPush(
  { vapid, subscriptions }: ChannelsOptions,
  sandboxUrl: string | undefined,
  timeoutMs: number,
): ChannelAdapter | null {
  return vapid && subscriptions ? pushChannel({ vapid, subscriptions, sandboxUrl, timeoutMs }) : null;
}

function createWebhook({ webhook, names, clock }: ChannelsOptions, timeoutMs: number): ChannelAdapter | null {
  return webhook && names && clock ? webhookChannel({ ...webhook, names, clock, timeoutMs }) : null;
}
