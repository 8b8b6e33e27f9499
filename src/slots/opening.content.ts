import { slot } from '../define/slot.ts';

/** What the contact centre's screen tells whoever takes the call: how to begin, and what not to do. */
export const opening = slot('opening', {
  staffOnly: true,
  byPersona: {
    unhappy: {
      say: 'I can see that something went wrong. Let me put it right.',
      avoid: 'Offering anything for sale before it is right.',
    },
    'expecting-order': {
      say: 'Are you calling about your order? I have it here.',
      avoid: 'Asking for the order number.',
    },
    'gift-buyers': {
      say: 'Who is it for, and when must it be there?',
      avoid: 'Naming the gift in a mail that others may see.',
    },
    champions: {
      say: 'Thank you for being with us so often. What can I do for you?',
      avoid: 'Reading from the script of a first call.',
    },
    'cannot-lose': {
      say: 'Good to hear from you again. What can we do better?',
      avoid: 'A discount before the reason is known.',
    },
    'high-value': {
      say: 'Good to hear from you. Shall I look after this myself?',
      avoid: 'Passing the call on.',
    },
    'first-time-buyers': {
      say: 'Welcome. Does everything work as you expected?',
      avoid: 'Words that only regular customers know.',
    },
  },
  otherwise: { say: 'Hello. What can I do for you?', avoid: 'Guessing.' },
});
