import { expect, test } from 'vitest';
import { unwished, wishesIn } from '../../src/domain/wishes.ts';

const stated = (value: unknown) => ({ value, origin: 'stated' });

test('wishes are what a customer stated in the words agreed upon, and nothing else', () => {
  expect(
    wishesIn({
      avoids: stated(['tea', 7, ' ']),
      channels: stated(['sms', 'pigeon', 'email']),
      frequency: stated('weekly'),
    }),
  ).toEqual({ avoids: ['tea'], channels: ['email', 'sms'], frequency: 'weekly' });
  const spelled = wishesIn({ channels: stated([' SMS', 'E-Mail']), frequency: stated('Never ') });
  expect(spelled, 'however it is spelled').toEqual({
    avoids: [],
    channels: ['email', 'sms'],
    frequency: 'never',
  });
  const none = { avoids: [], channels: [], frequency: null };
  expect(wishesIn({})).toEqual(none);
  expect(wishesIn({ frequency: stated('hourly'), channels: stated('pigeon'), avoids: stated(3) })).toEqual(
    none,
  );
  expect(wishesIn({ frequency: { value: 'never', origin: 'observed' } })).toEqual(none);
});

test('a channel that was not wished for is none for help and offers; the page that somebody is on is', () => {
  const wishes = wishesIn({ channels: stated('sms') });
  expect(unwished(wishes, 'sms')).toBeNull();
  expect(unwished(wishes, 'onsite')).toBeNull();
  expect(unwished(wishes, 'email')).toBe('the customer asked to be reached by sms only');
  expect(unwished(wishesIn({}), 'email')).toBeNull();
});
