import { describe, expect, test } from 'vitest';
import { customerZoneOf } from '../../src/domain/customer-zone.ts';
import { quietAt, type BestTime } from '../../src/domain/quiet-hours.ts';
import { defaultQuietHours, type QuietSettings } from '../../src/domain/quiet-rules.ts';
import type { Purpose } from '../../src/domain/delivery.ts';
import type { Channel } from '../../src/domain/task-queues.ts';

interface Asked {
  at: string;
  traits: Record<string, unknown>;
  channel?: Channel;
  purpose?: Purpose;
  shop?: Partial<QuietSettings>;
  shopZone?: string;
  bestTime?: BestTime;
}

/** When it opens, as UTC to the minute; `open` when it is. In a shop that leaves people in peace by e-mail as well. */
function opens({ at, traits, channel = 'email', purpose = 'help', shop, shopZone, bestTime }: Asked): string {
  const quiet = quietAt({
    ...{ now: Date.parse(at), channel, purpose, bestTime: bestTime ?? null },
    where: customerZoneOf(traits, shopZone ?? 'UTC'),
    shop: { ...defaultQuietHours, email: defaultQuietHours.sms, ...shop },
  });
  return quiet === null ? 'open' : new Date(quiet.until).toISOString().slice(0, 16);
}

const berlin = { timezone: 'Europe/Berlin' };
const text = (phone: string, more = {}) => ({ channel: 'sms' as const, traits: { phone, ...more } });
const [sf, dallas, elPaso] = ['+14155550123', '+12145550123', '+19155550123'];
const [providence, hartford] = ['+14015550123', '+18605550123'];

describe('the night of the customer', () => {
  const cases: [string, Asked, string][] = [
    ['is over at eight', { at: '2026-03-02T22:30:00Z', traits: berlin }, '2026-03-03T07:00'],
    ['begins at nine in the evening', { at: '2026-03-02T20:00:00Z', traits: berlin }, '2026-03-03T07:00'],
    ['has not begun a minute before', { at: '2026-03-02T19:59:00Z', traits: berlin }, 'open'],
    ['is over to the minute', { at: '2026-03-03T07:00:00Z', traits: berlin }, 'open'],
    [
      'is that of the phone number where no zone is told',
      { at: '2026-03-02T10:00:00Z', traits: { phone: sf } },
      '2026-03-02T16:00',
    ],
    [
      'is that of the country where there is no more',
      { at: '2026-03-02T15:00:00Z', traits: { country: 'Japan' } },
      '2026-03-02T23:00',
    ],
    [
      'is over when it is in every zone of a large country',
      { at: '2026-07-01T03:00:00Z', traits: { country: 'RU' } },
      '2026-07-01T06:00',
    ],
    [
      "is nobody knows when: it goes by the shop's clock, e-mail as well",
      { at: '2026-03-02T03:00:00Z', traits: {}, shopZone: 'Europe/Berlin' },
      '2026-03-02T07:00',
    ],
    [
      'holds back nothing that is owed',
      { at: '2026-03-02T22:30:00Z', traits: berlin, purpose: 'transactional' },
      'open',
    ],
    [
      'holds that back as well if the shop says so',
      { at: '2026-03-02T22:30:00Z', traits: berlin, purpose: 'transactional', shop: { transactional: true } },
      '2026-03-03T07:00',
    ],
    [
      'is none for who is on the page',
      { at: '2026-03-02T22:30:00Z', traits: berlin, channel: 'onsite' },
      'open',
    ],
    [
      'is none where the shop has set none',
      { at: '2026-03-02T22:30:00Z', traits: berlin, shop: { email: [] } },
      'open',
    ],
    [
      'is what the shop has set, by the day on which it begins',
      {
        at: '2026-03-07T10:00:00Z', // a Saturday
        traits: berlin,
        shop: {
          email: [
            { from: '18:00', to: '09:00' },
            { from: '00:00', to: '00:00', on: ['sat', 'sun'] },
          ],
        },
      },
      '2026-03-09T08:00',
    ],
  ];
  test.each(cases)('%s', (_, asked, expected) => expect(opens(asked)).toBe(expected));
});

describe('clocks that are put forward or back', () => {
  const paris = { timezone: 'Europe/Paris' };
  const at = (from: string, to: string) => ({ email: [{ from, to }] }) as never;
  const cases: [string, Asked, string][] = [
    [
      'the night of spring is an hour shorter',
      { at: '2026-03-28T22:00:00Z', traits: paris },
      '2026-03-29T06:00',
    ],
    ['that of autumn an hour longer', { at: '2026-10-24T22:00:00Z', traits: paris }, '2026-10-25T07:00'],
    [
      'an end that the clocks skip is no later than they were put forward',
      { at: '2026-03-29T00:30:00Z', traits: paris, shop: at('22:00', '02:30') },
      '2026-03-29T01:30',
    ],
    [
      'an end that comes twice is the first of the two',
      { at: '2026-10-25T00:10:00Z', traits: paris, shop: at('22:00', '02:30') },
      '2026-10-25T00:30',
    ],
    [
      'in the hour that comes again it is the second',
      { at: '2026-10-25T01:10:00Z', traits: paris, shop: at('22:00', '02:30') },
      '2026-10-25T01:30',
    ],
  ];
  test.each(cases)('%s', (_, asked, expected) => expect(opens(asked)).toBe(expected));
});

describe('text messages in the USA', () => {
  // The second of March 2026 is a Monday; New York is at UTC-5, and at UTC-4 from the eighth.
  const none = { sms: [] };
  const cases: [string, Asked, string][] = [
    [
      'are bound even where the shop has no hours',
      { ...text(sf), at: '2026-03-02T10:00:00Z', shop: none },
      '2026-03-02T16:00',
    ],
    ['nobody else is', { ...text('+4915112345678'), at: '2026-03-02T02:00:00Z', shop: none }, 'open'],
    [
      'other channels are not',
      { at: '2026-03-02T10:00:00Z', traits: { phone: sf }, channel: 'whatsapp', shop: { whatsapp: [] } },
      'open',
    ],
    ['Texas: from nine', { ...text(dallas), at: '2026-03-03T14:30:00Z' }, '2026-03-03T15:00'],
    ['Texas: on Sundays from noon', { ...text(dallas), at: '2026-03-01T16:00:00Z' }, '2026-03-01T18:00'],
    ['Texas: El Paso is an hour behind', { ...text(elPaso), at: '2026-03-03T14:30:00Z' }, '2026-03-03T16:00'],
    ['Rhode Island: until six', { ...text(providence), at: '2026-03-02T23:00:00Z' }, '2026-03-03T14:00'],
    [
      'Rhode Island: on weekends from ten to five',
      { ...text(providence), at: '2026-03-06T23:30:00Z' },
      '2026-03-07T15:00',
    ],
    [
      'Rhode Island: from Saturday evening to Sunday at ten',
      { ...text(providence), at: '2026-03-07T22:00:00Z' },
      '2026-03-08T14:00',
    ],
    [
      'Rhode Island: from Sunday evening to Monday at nine',
      { ...text(providence), at: '2026-03-08T21:00:00Z' },
      '2026-03-09T13:00',
    ],
    ['Connecticut: from nine', { ...text(hartford), at: '2026-03-03T13:30:00Z' }, '2026-03-03T14:00'],
    [
      'of a number and an address in two states both hold, in both their zones',
      { ...text(sf, { address: { postalCode: '02903', country: 'US' } }), at: '2026-03-03T15:00:00Z' },
      '2026-03-03T17:00',
    ],
    [
      'who lives elsewhere by their own word is left in peace by both clocks',
      { ...text(sf, { timezone: 'America/New_York' }), at: '2026-03-03T14:00:00Z' },
      '2026-03-03T16:00',
    ],
    [
      'a number of no place goes by all clocks of the country',
      { ...text('+18005551212'), at: '2026-03-03T15:00:00Z' },
      '2026-03-03T18:00',
    ],
    [
      'and by the state, where that is told',
      { ...text('+18005551212', { state: 'Texas' }), at: '2026-03-03T14:30:00Z' },
      '2026-03-03T16:00',
    ],
    ['Canada has no such hours', { ...text('+14165550123'), at: '2026-03-03T03:00:00Z', shop: none }, 'open'],
  ];
  test.each(cases)('%s', (_, asked, expected) => expect(opens(asked)).toBe(expected));

  // What each act says: the first minute of a Tuesday that is open, and the first that is not.
  const hours: [string, string, string, number][] = [
    ['Connecticut', '+18605550123', '09:00-20:00', 5],
    ['Florida', '+13055550123', '08:00-20:00', 5],
    ['Maryland', '+14105550123', '08:00-20:00', 5],
    ['Mississippi', '+16015550123', '08:00-20:00', 6],
    ['New Jersey', '+12015550123', '08:00-20:00', 5],
    ['Oklahoma', '+14055550123', '08:00-20:00', 6],
    ['Rhode Island', providence, '09:00-18:00', 5],
    ['Texas', dallas, '09:00-21:00', 6],
    ['elsewhere', sf, '08:00-21:00', 8],
    ['Puerto Rico', '+17875550123', '08:00-21:00', 4],
    ['the Virgin Islands', '+13405550123', '08:00-21:00', 4],
    ['Guam', '+16715550123', '08:00-21:00', -10],
    ['the Northern Marianas', '+16705550123', '08:00-21:00', -10],
    ['American Samoa', '+16845550123', '08:00-21:00', 11],
  ];
  test.each(hours)('%s, both sides', (_, phone, window, behindUtc) => {
    const minute = (local: string, add: number) =>
      new Date(Date.parse(`2026-03-03T${local}Z`) + behindUtc * 3_600_000 + add * 60_000).toISOString();
    const isOpen = (local: string, add: number) =>
      opens({ ...text(phone), at: minute(local, add), shop: none }) === 'open';
    const [from, to] = window.split('-') as [string, string];
    expect([isOpen(from, -1), isOpen(from, 0), isOpen(to, -1), isOpen(to, 0)]).toEqual([
      ...[false, true, true, false],
    ]);
  });

  test('a territory that an address names as a country is of the USA', () => {
    const there = text(sf, { address: { country: 'PR' } });
    // Half past eight in the evening in San Francisco, after midnight in San Juan.
    expect(opens({ ...there, at: '2026-03-04T04:30:00Z', shop: none })).toBe('2026-03-04T16:00');
  });

  test("where no moment is open to all, the shop's hours go by the likeliest clock, and the law by every one", () => {
    const far = {
      ...text(sf, { timezone: 'Asia/Kolkata' }),
      shop: { sms: [{ from: '18:00', to: '10:00' }] as const },
    };
    // From ten to six in India is night in San Francisco, but for the hour before nine in the evening there.
    expect(opens({ ...far, at: '2026-03-02T04:45:00Z' })).toBe('open');
    expect(opens({ ...far, at: '2026-03-02T05:00:00Z' })).toBe('2026-03-03T04:30');
    expect(opens({ ...far, at: '2026-03-02T13:00:00Z' })).toBe('2026-03-03T04:30');
  });

  test('where no moment is open to the law of both, that holds where the number is', () => {
    const far = { ...text(providence, { timezone: 'Asia/Kolkata' }), shop: none };
    expect(opens({ ...far, at: '2026-03-03T14:00:00Z' })).toBe('open');
    expect(opens({ ...far, at: '2026-03-03T05:00:00Z' })).toBe('2026-03-03T14:00');
  });
});

describe('at the best time', () => {
  const evening = { from: '17:00', to: '20:00' } as const;
  const cases: [string, Asked, string][] = [
    [
      'it waits for that',
      { at: '2026-03-02T10:00:00Z', traits: berlin, bestTime: evening },
      '2026-03-02T16:00',
    ],
    [
      'also from one day to the next',
      { at: '2026-03-02T19:00:00Z', traits: berlin, bestTime: evening },
      '2026-03-03T16:00',
    ],
    ['it goes then', { at: '2026-03-02T17:00:00Z', traits: berlin, bestTime: evening }, 'open'],
    [
      'a wish for the night is not heard',
      { at: '2026-03-02T22:30:00Z', traits: berlin, bestTime: { from: '22:00', to: '23:00' } },
      '2026-03-03T07:00',
    ],
    [
      "without a zone it goes by the shop's clock",
      { at: '2026-03-02T10:00:00Z', traits: {}, bestTime: evening },
      '2026-03-02T17:00',
    ],
  ];
  test.each(cases)('%s', (_, asked, expected) => expect(opens(asked)).toBe(expected));
});

test('where the shop leaves nothing of the week open, the law alone decides, and never nobody', () => {
  const shop = { sms: [{ from: '08:00', to: '21:00' }] } as const;
  expect(opens({ at: '2026-03-02T11:00:00Z', ...text(sf), shop })).toBe('2026-03-02T16:00');
  expect(opens({ at: '2026-03-02T18:00:00Z', ...text(sf), shop })).toBe('open');
});

test('an operator reads by which clock, and by whose word', () => {
  const at = (asked: Partial<Parameters<typeof quietAt>[0]>, traits: Record<string, unknown>) =>
    quietAt({
      ...{ now: Date.parse('2026-03-01T16:00:00Z'), channel: 'sms', purpose: 'offer', bestTime: null },
      ...{ where: customerZoneOf(traits, 'UTC'), shop: defaultQuietHours, ...asked },
    });
  expect(at({}, { phone: dallas })).toMatchObject({
    there: '12:00',
    words:
      'it is sun 10:00 in America/Chicago (by the phone number): quiet from 21:00 to 12:00 by the law of Texas; open at 2026-03-01T18:00:00.000Z',
  });
  const bestTime = { from: '18:00', to: '20:00' } as const;
  expect(at({ channel: 'email', bestTime }, { timezone: 'Europe/Rome' })!.words).toBe(
    'it is sun 17:00 in Europe/Rome (by the time zone): its best time is 18:00 to 20:00; open at 2026-03-01T17:00:00.000Z',
  );
});
