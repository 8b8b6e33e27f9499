import type { Channel } from './task-queues.ts';

/** Where the settings of the whole shop are kept: caps, holdout. */
export const shopScope = 'shop';

/** Where it is kept that all sending is paused. */
export const sendingScope = 'sending';

/** How the scopes of channels begin. */
export const channelScopes = 'channel:';

/** Where it is kept that a channel is paused. */
export function channelScope(channel: Channel): string {
  return `${channelScopes}${channel}`;
}

/** Where the settings of a journey or watch are kept, and that it is paused: their names are one space. */
export function journeyScope(name: string): string {
  return `journey:${name}`;
}

/** Where the settings of a message are kept: the weights of its variants. */
export function messageScope(name: string): string {
  return `message:${name}`;
}
