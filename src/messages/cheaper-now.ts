import { message } from '../define/message.ts';

/** What you looked at costs less than when you saw it: an offer, that sees the `product` and its `price`. */
export const cheaperNow = message<Record<string, never>>({
  name: 'cheaper-now',
  purpose: 'offer',
  channels: ['onsite', 'email', 'sms'],
});
