import { channels, type Channel } from '../../src/domain/task-queues.ts';

/** Something for each channel. */
export function channelsOf<T>(make: (channel: Channel) => T): Record<Channel, T> {
  return Object.fromEntries(channels.map((channel) => [channel, make(channel)])) as Record<Channel, T>;
}
