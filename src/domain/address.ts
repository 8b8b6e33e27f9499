import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { regexes } from 'zod';
import type { Channel } from './task-queues.ts';

/** Where a customer is reached on a channel, or why they cannot be, in words that repeat no personal data. */
export type Address = { to: string } | { fault: string };

/** A customer's traits, values only. */
export type TraitValues = Readonly<Record<string, unknown>>;

/** What a customer is reached by beside traits. */
export interface AddressedCustomer {
  customerId: string;
  /** A browser of theirs is subscribed to push. */
  subscribed: boolean;
}

/** The longest address that mail systems carry (RFC 5321). */
const longestEmail = 254;

/**
 * The address for a channel: the trait `email`, or the trait `phone` in E.164. A phone number without its country
 * is nobody's: guessing one would write to a stranger. Push and webhook find a customer by their id.
 */
export function addressOf(channel: Channel, traits: TraitValues, customer?: AddressedCustomer): Address {
  switch (channel) {
    case 'email':
      return emailOf(traits['email']);
    case 'sms':
    case 'whatsapp':
      return phoneOf(traits['phone']);
    case 'push':
      if (customer?.subscribed) return { to: customer.customerId };
      return { fault: 'no browser of the customer is subscribed to push' };
    case 'webhook':
      return customer ? { to: customer.customerId } : { fault: 'nobody is told of a customer without an id' };
    case 'onsite':
      return { fault: 'nobody is on the site by their traits: it is asked whether they are there' };
  }
}

function emailOf(value: unknown): Address {
  if (isNothing(value)) return { fault: 'the customer has no trait email' };
  const to = typeof value === 'string' ? value.trim() : '';
  if (to.length <= longestEmail && regexes.rfc5322Email.test(to)) return { to };
  return { fault: 'the trait email is not an e-mail address' };
}

function phoneOf(value: unknown): Address {
  if (isNothing(value)) return { fault: 'the customer has no trait phone' };
  const parsed = typeof value === 'string' ? parsePhoneNumberFromString(value) : undefined;
  if (parsed?.isPossible()) return { to: parsed.number };
  return { fault: 'the trait phone is not a number with its country, such as +14155550123' };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
