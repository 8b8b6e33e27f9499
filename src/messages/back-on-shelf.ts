import { message } from '../define/message.ts';

/** What you looked at while it was sold out is back: on the page of who is there now, else wherever they are reached. */
export const backOnShelf = message<Record<string, never>>({
  name: 'back-on-shelf',
  purpose: 'help',
  while: ['in-stock', 'not-bought'],
  channels: ['onsite', 'email', 'sms'],
});
