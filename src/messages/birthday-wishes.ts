import { message } from '../define/message.ts';
import { stated } from '../define/predicate.ts';

/** Best wishes on a birthday, and something off for a week. Only who told the day themselves is wished anything. */
export const birthdayWishes = message<{ percentOff: number }>({
  name: 'birthday-wishes',
  purpose: 'offer',
  channels: ['email', 'sms'],
  while: [stated('birthday').isKnown()],
  // Wishes of yesterday are none.
  expires: '12 hours',
  recommendations: 2,
});
