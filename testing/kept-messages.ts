import type { ChannelAdapter, Outbound } from '../activities/channels/channel.ts';
import { channels, type Channel } from '../src/domain/task-queues.ts';

export interface KeptMessages {
  channels: Record<Channel, ChannelAdapter>;
  /** What was handed over, by delivery. */
  sent: ReadonlyMap<string, Outbound>;
}

/** Channels whose provider takes every message and keeps it. */
export function keptMessages(): KeptMessages {
  const sent = new Map<string, Outbound>();
  const adapters = channels.map((channel): [Channel, ChannelAdapter] => [
    channel,
    {
      channel,
      send: async (message) => {
        sent.set(message.deliveryId, message);
        return { kind: 'accepted', providerId: message.deliveryId };
      },
    },
  ]);
  return { channels: Object.fromEntries(adapters) as Record<Channel, ChannelAdapter>, sent };
}
