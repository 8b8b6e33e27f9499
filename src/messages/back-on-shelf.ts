import { message } from '../define/message.ts';

/** What you looked at while it was sold out is back. */
export const backOnShelf = message<Record<string, never>>({
  name: 'back-on-shelf',
  purpose: 'help',
  while: ['in-stock', 'not-bought'],
  channels: ['email', 'sms'],
});
