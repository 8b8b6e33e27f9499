import { message } from '../define/message.ts';

/** Something is in the news, in season or in fashion that the customer cares about. */
export const momentNote = message<Record<string, never>>({
  name: 'moment-note',
  purpose: 'offer',
  channels: ['onsite', 'email'],
  bestTime: { from: '09:00', to: '20:00' },
});
