import { expect, test } from 'vitest';
import { defaultShopCaps } from '../src/domain/caps.ts';
import { defaultQuietHours } from '../src/domain/quiet-rules.ts';
import { readShopSettings } from '../src/shop-settings.ts';

test('nothing stored: the defaults', () => {
  expect(readShopSettings(null)).toEqual({
    ...{ caps: defaultShopCaps, globalHoldout: 0, timezone: 'UTC', quietHours: defaultQuietHours },
  });
});

test('what is stored goes before the defaults, one by one', () => {
  const offer = [{ sends: 2, within: '3 days' }];
  const stored = {
    ...{ caps: { offer }, globalHoldout: 0.05, timezone: 'Europe/Berlin' },
    quietHours: { sms: [], email: [{ from: '22:00', to: '07:00', on: ['mon'] }] },
    greeting: 'of a newer version',
  };
  expect(readShopSettings(stored)).toEqual({
    caps: { ...defaultShopCaps, offer },
    globalHoldout: 0.05,
    timezone: 'Europe/Berlin',
    quietHours: { ...defaultQuietHours, ...stored.quietHours },
  });
});

test.each([
  [{ globalHoldout: 2 }, 'globalHoldout'],
  [{ timezone: 'Berlin' }, 'expected a time zone such as \'Europe/Berlin\', got "Berlin"'],
  [
    { quietHours: { sms: [{ from: '9', to: '21:00' }] } },
    'expected a time of the day such as \'21:00\', got "9"',
  ],
  [{ caps: { offer: [{ sends: 1, within: 'a while' }] } }, "expected a span up to 31 days, such as '1 day'"],
  [{ caps: { offer: [{ sends: 1, within: '32 days' }] } }, 'caps.offer[0].within'],
  [{ caps: { helpAndOffer: [{ sends: -1, within: '1 day' }] } }, 'caps.helpAndOffer[0].sends'],
])('%j is refused by name', (stored, named) => {
  expect(() => readShopSettings(stored)).toThrow(named);
});
