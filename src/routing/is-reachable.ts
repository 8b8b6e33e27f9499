import { addressOf } from '../domain/address.ts';
import { channels } from '../domain/task-queues.ts';
import type { Traits } from './traits.ts';

/**
 * Whether anybody could reach this customer, or will be able to: who is known by a `userId` is somebody's, whose
 * address may come at any time; a visitor needs an address on some channel, or a browser that takes push. Whatever else makes a visitor reachable
 * one day belongs in here, and nowhere else; only an open page reaches
 * them for some journeys and not for others (`RunBook`).
 */
export function isReachable(who: { known: boolean; subscribed: boolean; traits: Traits }): boolean {
  const { known, subscribed, traits } = who;
  if (known || subscribed) return true;
  const values = Object.fromEntries(Object.entries(traits).map(([name, { value }]) => [name, value]));
  return channels.some((channel) => 'to' in addressOf(channel, values));
}
