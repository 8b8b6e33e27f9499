import { createHmac } from 'node:crypto';
import { addressOf } from './address.ts';
import { traitChannels, type Channel, type TraitChannel } from './task-queues.ts';

/** Keyed hashes of where customers are reached by e-mail and by phone; null: nowhere. */
export interface AddressHashes {
  email: string | null;
  phone: string | null;
}

/** Bytes of a hash: it names an address among all others, and cannot be guessed without the key. */
export const addressHashBytes = 16;

/**
 * The keyed hash of an address as it is called, 22 characters of base64url. An e-mail address counts without regard to
 * case. A number has one hash for all that reaches it: what is suppressed there says on which channel.
 */
export function addressHash(address: string, secret: string): string {
  const hash = createHmac('sha256', secret).update(`address\0${address.toLowerCase()}`).digest();
  return hash.subarray(0, addressHashBytes).toString('base64url');
}

/** Whether what is suppressed on a channel is an address: on others customers are known by other means. */
export function hasAddresses(channel: Channel): channel is TraitChannel {
  return (traitChannels as readonly Channel[]).includes(channel);
}

/** An address as it is called: in lower case, a number in E.164; null when it is none of the channel's. */
export function calledAddress(channel: TraitChannel, text: string): string | null {
  const read = addressOf(channel, { email: text, phone: text });
  return 'to' in read ? read.to.toLowerCase() : null;
}

/** The hashes of a customer's addresses, from their traits `email` and `phone`. */
export function addressHashes(traits: AddressTraits, secret: string): AddressHashes {
  return { email: hashOn('email', traits, secret), phone: hashOn('sms', traits, secret) };
}

/** Of hashes that are known the one of a channel; null on channels that have no addresses. */
export function hashAmong(channel: Channel, { email, phone }: AddressHashes): string | null {
  if (!hasAddresses(channel)) return null;
  return channel === 'email' ? email : phone;
}

/** The one of a channel; null on channels that have no addresses. */
export function hashOn(channel: Channel, traits: AddressTraits, secret: string): string | null {
  if (!hasAddresses(channel)) return null;
  const address = addressOf(channel, { email: traits.email, phone: traits.phone });
  return 'to' in address ? addressHash(address.to, secret) : null;
}

/** The traits of a customer that addresses are made of. */
interface AddressTraits {
  email: unknown;
  phone: unknown;
}
