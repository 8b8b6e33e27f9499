import { addressOf } from '../domain/address.ts';
import { channels } from '../domain/task-queues.ts';
import type { Traits } from './traits.ts';

/**
 * Whether anybody could reach this customer, or will be able to: who is known by a `userId` is somebody's, whose
 * address may come at any time; a visitor needs an address on some channel. Whatever else makes a visitor reachable
 * one day (a push subscription, an open page) belongs in here, and nowhere else.
 */
export function isReachable({ known, traits }: { known: boolean; traits: Traits }): boolean {
  if (known) return true;
  const values = Object.fromEntries(Object.entries(traits).map(([name, { value }]) => [name, value]));
  return channels.some((channel) => 'to' in addressOf(channel, values));
}
