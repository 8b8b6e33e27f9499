import type { ChannelAdapter } from '../../activities/channels/channel.ts';
import { channels, type Channel } from '../../src/domain/task-queues.ts';

/** Only e-mail has a provider, and it takes everything at once: what remains is our own part. */
export function instantChannels(): Record<Channel, ChannelAdapter | null> {
  const accept = () => Promise.resolve({ kind: 'accepted' as const, providerId: null });
  const email: ChannelAdapter = { channel: 'email', send: accept, batch: { most: 1_000, send: accept } };
  const none = Object.fromEntries(channels.map((channel) => [channel, null]));
  return { ...none, email } as Record<Channel, ChannelAdapter | null>;
}
