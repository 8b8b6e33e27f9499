import { createChannelActivities } from '../../activities/send.ts';
import { createPageActivities } from '../../activities/serve-page.ts';
import type { GateParts } from '../../activities/gate-look.ts';
import { atOnce } from './at-once.ts';
import type { SendingShop } from './sending-shop.ts';

/** Single sends that are under way together, as a worker's activities are. */
export const atATime = 20;

/** The activities themselves, without Temporal, on these channels: so many sends one by one, or in pages of a wave. */
export function sendersOf(shop: SendingShop, channels: GateParts['channels']) {
  const parts = { ...shop.parts, channels, attempt: () => 1, abort: () => undefined };
  const single = createChannelActivities(parts);
  const pages = createPageActivities({ ...parts, heartbeat: () => {} });
  return {
    singly: async (count: number) =>
      atOnce(await shop.sends(count), atATime, (order) => single.sendMessage(order)),
    together: (count: number) => shop.wave(count, (page) => pages.servePage(page)),
  };
}
