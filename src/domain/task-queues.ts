/**
 * Names of Temporal task queues. They are durable data: runs that wait for years find their workers by them.
 * Each channel has a queue of its own, because the rate limit of a queue is the rate limit of its provider.
 */
export const journeyQueue = 'kairos';

export const channels = ['email', 'sms', 'whatsapp', 'push', 'onsite', 'webhook'] as const;
export type Channel = (typeof channels)[number];

/** Channels whose address is a trait of the customer's. */
export const traitChannels = ['email', 'sms', 'whatsapp'] as const satisfies readonly Channel[];
export type TraitChannel = (typeof traitChannels)[number];

export const channelQueue: Record<Channel, string> = {
  email: 'kairos-email',
  sms: 'kairos-sms',
  whatsapp: 'kairos-whatsapp',
  push: 'kairos-push',
  onsite: 'kairos-onsite',
  webhook: 'kairos-webhook',
};
