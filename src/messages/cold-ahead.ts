import { not } from '../define/predicate.ts';
import { message } from '../define/message.ts';
import { hasWarmth, winterCategory } from '../segments/wants-warmth.ts';

/**
 * Frost is coming where you live, and you have looked for what keeps warm. It is help and no offer: it comes before the
 * cold does, at the price that there was. In the evening, when there is time to choose.
 */
export const coldAhead = message<Record<string, never>>({
  name: 'cold-ahead',
  purpose: 'help',
  about: { category: winterCategory },
  while: [not(hasWarmth)],
  channels: ['onsite', 'email', 'sms'],
  bestTime: { from: '17:00', to: '20:00' },
});
