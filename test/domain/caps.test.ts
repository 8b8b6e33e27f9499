import { describe, expect, test } from 'vitest';
import {
  brokenCap,
  defaultShopCaps,
  roomAt,
  type CapQuestion,
  type Claim,
  type Counted,
} from '../../src/domain/caps.ts';
import { customerZoneOf } from '../../src/domain/customer-zone.ts';
import { dayOf } from '../../src/domain/local-time.ts';
import { lawfulCaps } from '../../src/domain/quiet-hours.ts';
import { stateCaps } from '../../src/domain/quiet-rules.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const ago = (span: Span) => now - spanMs(span);

const help = (at: number, name = 'other'): Counted => ({
  kind: 'delivery',
  name,
  message: 'cart-nudge',
  purpose: 'help',
  channel: 'email',
  topic: '',
  at,
});
const offer = (at: number, name = 'other'): Counted =>
  ({ ...help(at, name), message: 'cart-offer', purpose: 'offer' }) as Counted;
const contact = (at: number): Counted => ({ kind: 'contact', channel: null, at });

const usual: Omit<CapQuestion, 'journey'> = {
  ...{ purpose: 'help', channel: 'email', topic: '', priority: 50, zone: () => 'UTC' },
  ...{ shop: defaultShopCaps, counted: [], claims: [], now },
};

function ask(over: Partial<CapQuestion>): string | null {
  const journey = { name: 'mine', cap: { sends: 2, within: '7 days' } } as const;
  return brokenCap({ ...usual, journey, ...over });
}

describe('the default caps of a shop', () => {
  test.each<[string, CapQuestion['purpose'], Counted[], string | null]>([
    ['nothing before', 'help', [], null],
    [
      'one today',
      'help',
      [help(ago('1 hour'))],
      '1 help or offer message a day, last one cart-nudge at 2026-03-10T11:00:00.000Z',
    ],
    [
      'an offer today, before help',
      'help',
      [offer(ago('1 hour'))],
      '1 help or offer message a day, last one cart-offer at 2026-03-10T11:00:00.000Z',
    ],
    [
      'a contact today',
      'help',
      [contact(ago('2 hours'))],
      '1 help or offer message a day, last one a contact at 2026-03-10T10:00:00.000Z',
    ],
    ['one exactly a day ago: the window is open there', 'help', [help(ago('1 day'))], null],
    [
      'one a millisecond later',
      'help',
      [help(ago('1 day') + 1)],
      '1 help or offer message a day, last one cart-nudge at 2026-03-09T12:00:00.001Z',
    ],
    [
      'one dated ahead by another clock',
      'help',
      [help(now + 5)],
      '1 help or offer message a day, last one cart-nudge at 2026-03-10T12:00:00.005Z',
    ],
    [
      'three in seven days',
      'help',
      [help(ago('2 days')), contact(ago('4 days')), help(ago('6 days'))],
      '3 help or offer messages in 7 days, last one cart-nudge at 2026-03-08T12:00:00.000Z',
    ],
    [
      'two in seven days, one before',
      'help',
      [help(ago('2 days')), help(ago('4 days')), help(ago('7 days'))],
      null,
    ],
    [
      'an offer this week, before an offer',
      'offer',
      [offer(ago('5 days'))],
      '1 offer in 7 days, last one cart-offer at 2026-03-05T12:00:00.000Z',
    ],
    ['an offer this week, before help', 'help', [offer(ago('5 days'))], null],
    [
      'help and contacts this week, before an offer',
      'offer',
      [help(ago('2 days')), contact(ago('3 days'))],
      null,
    ],
    ['everything, before what is owed', 'transactional', [help(ago('1 hour')), offer(ago('1 hour'))], null],
  ])('%s', (_, purpose, counted, words) => {
    expect(ask({ purpose, counted })).toBe(words);
  });
});

const noCaps = { ...defaultShopCaps, helpAndOffer: [], offer: [] };

describe("the journey's own cap", () => {
  const shop = noCaps;
  test('counts the journey over all its runs, and no other', () => {
    const two = [help(ago('2 days'), 'mine'), offer(ago('3 days'), 'mine')];
    expect(ask({ shop, counted: two })).toBe(
      '2 messages of mine in 7 days, last one cart-nudge at 2026-03-08T12:00:00.000Z',
    );
    expect(ask({ shop, counted: [two[0]!, help(ago('1 hour')), contact(ago('1 hour'))] })).toBeNull();
  });

  test('of no sends lets nothing through', () => {
    const journey = { name: 'mine', cap: { sends: 0, within: '1 hour' } } as const;
    expect(ask({ shop, journey })).toBe('0 messages of mine an hour');
  });
});

const day = { sends: 1, within: 'calendar day' } as const;
const sent = (at: string, over: object = {}): Counted => ({ ...help(Date.parse(at)), ...over });

describe("the customer's calendar day", () => {
  const shop = { ...noCaps, helpAndOffer: [day] };
  test.each<[string, string, string, boolean]>([
    ['yesterday evening is another day', 'Europe/Berlin', '2026-03-09T22:59:59Z', false],
    ['midnight begins it', 'Europe/Berlin', '2026-03-09T23:00:00Z', true],
    ['where it is still the ninth', 'Pacific/Pago_Pago', '2026-03-09T12:00:00Z', true],
    ['the same moment, where it was another day', 'UTC', '2026-03-09T12:00:00Z', false],
  ])('%s', (_, zone, at, isBroken) => {
    const question = {
      ...usual,
      now: Date.parse('2026-03-10T10:00:00Z'),
      zone: () => zone,
      shop,
      counted: [sent(at)],
    };
    const words = brokenCap({ ...question, journey: { name: 'mine', cap: null } });
    expect(words).toBe(
      isBroken
        ? `1 help or offer message a calendar day, last one cart-nudge at ${at.replace('Z', '.000Z')}`
        : null,
    );
  });

  test('has 23 hours when clocks are put forward: there is room at the next midnight', () => {
    const now = Date.parse('2026-03-29T00:30:00Z');
    const counted = [sent('2026-03-28T23:30:00Z')];
    const question = {
      ...usual,
      journey: { name: 'mine', cap: null },
      now,
      zone: () => 'Europe/Berlin',
      shop,
      counted,
    };
    expect(new Date(roomAt(question, now + spanMs('2 days'))!).toISOString()).toBe(
      '2026-03-29T22:00:00.000Z',
    );
  });

  test('may be what a journey says itself', () => {
    const journey = { name: 'mine', cap: day };
    const counted = [{ ...help(now - 1_000, 'mine') }];
    expect(ask({ shop: noCaps, journey, counted })).toContain('1 message of mine a calendar day');
  });
});

describe('caps that an operator sets', () => {
  const one = [{ sends: 1, within: '7 days' }] as const;
  const before = { kind: 'delivery', name: 'mine', topic: 'news', channel: 'sms' } as const;
  const counted = [sent('2026-03-09T12:00:00Z', before)];
  test.each<[string, Partial<CapQuestion['shop']>, Partial<CapQuestion>, string | null]>([
    ['of this journey', { journeys: { mine: one } }, {}, '1 message of mine in 7 days'],
    ['of another', { journeys: { yours: one } }, {}, null],
    ['on its topic', { topics: { news: one } }, { topic: 'news' }, '1 message on news in 7 days'],
    ['on another topic', { topics: { news: one } }, { topic: 'sales' }, null],
    ['on a topic that every object has', {}, { topic: 'constructor' }, null],
    ['by its channel', { channels: { sms: one } }, { channel: 'sms' }, '1 message by sms in 7 days'],
    ['by another channel', { channels: { sms: one } }, { channel: 'email' }, null],
  ])('%s', (_, caps, over, words) => {
    const found = ask({ shop: { ...noCaps, ...caps }, counted, ...over });
    expect(found?.split(',')[0] ?? null).toBe(words);
  });

  test('a contact counts on the channel that it names, and on no other', () => {
    const shop = { ...noCaps, channels: { sms: one, email: one } };
    const made: Counted[] = [{ kind: 'contact', channel: 'sms', at: ago('1 day') }];
    expect(ask({ shop, counted: made, channel: 'sms' })).toContain('last one a contact');
    expect(ask({ shop, counted: made, channel: 'email' })).toBeNull();
  });

  test('what is owed is free of all of them', () => {
    const shop = { ...noCaps, journeys: { mine: one }, channels: { sms: one } };
    expect(ask({ shop, counted, channel: 'sms', purpose: 'transactional' })).toBeNull();
  });
});

describe('room', () => {
  const room = (over: Partial<CapQuestion>, within: Span = '31 days') => {
    const question = { ...usual, journey: { name: 'mine', cap: null }, ...over };
    const at = roomAt(question, now + spanMs(within));
    return at === null ? null : (at - now) / spanMs('1 hour');
  };
  test.each<[string, Partial<CapQuestion>, number | null]>([
    ['when the day is over', { counted: [help(ago('1 hour'))] }, 23],
    [
      'when the last cap of all lets it',
      { counted: [help(ago('1 hour')), help(ago('2 days')), help(ago('3 days'))] },
      96,
    ],
    ['of two days the later', { counted: [help(ago('1 hour')), help(ago('20 hours'))] }, 23],
    ['an offer waits for its week', { purpose: 'offer', counted: [offer(ago('5 days'))] }, 48],
    [
      'never, where nothing may be sent',
      { shop: { ...noCaps, helpAndOffer: [{ sends: 0, within: '1 day' }] } },
      null,
    ],
  ])('%s', (_, over, hours) => {
    expect(room(over)).toBe(hours);
  });

  test('not beyond the latest moment that is of use', () => {
    const counted = [help(ago('1 hour'))];
    expect([room({ counted }, '22 hours'), room({ counted }, '23 hours')]).toEqual([null, 23]);
  });
});

describe('places that are kept for what goes before', () => {
  const held = (inSpan: Span, over: Partial<Claim> = {}): Claim => ({
    ...{
      kind: 'delivery',
      name: 'order',
      message: 'order-late',
      purpose: 'help',
      channel: 'email',
      topic: '',
    },
    ...{ priority: 50, at: now + spanMs(inSpan), ...over },
  });
  const low = { purpose: 'offer', priority: 10 } as const;
  const kept = (at: string) => `and the place is kept for order-late, which goes before and is due at ${at}`;
  test.each<[string, Partial<CapQuestion>, string | null]>([
    [
      'the last place of the day in which the other is due',
      { ...low, claims: [held('20 hours')] },
      `1 help or offer message a day, ${kept('2026-03-11T08:00:00.000Z')}`,
    ],
    ['the other is due when this one counts no longer', { ...low, claims: [held('25 hours')] }, null],
    ['the other goes not before this one', { ...low, priority: 50, claims: [held('20 hours')] }, null],
    [
      'the other first: it takes its place whatever waits',
      { claims: [held('20 hours', { priority: 10 })] },
      null,
    ],
    [
      'there is room for both',
      {
        ...low,
        claims: [held('2 days')],
        shop: { ...noCaps, helpAndOffer: [{ sends: 2, within: '7 days' }] },
      },
      null,
    ],
    [
      'room for both, because what was sent counts no longer when the other is due',
      {
        ...low,
        counted: [help(ago('6 days'))],
        claims: [held('2 days')],
        shop: { ...noCaps, helpAndOffer: [{ sends: 2, within: '7 days' }] },
      },
      null,
    ],
    [
      'no room for both',
      {
        ...low,
        counted: [help(ago('2 days'))],
        claims: [held('2 days')],
        shop: { ...noCaps, helpAndOffer: [{ sends: 2, within: '7 days' }] },
      },
      `2 help or offer messages in 7 days, ${kept('2026-03-12T12:00:00.000Z')}`,
    ],
    [
      'the other could not go in any case',
      {
        ...low,
        counted: [help(ago('2 days'))],
        claims: [held('1 hour', { name: 'mine' })],
        shop: { ...noCaps, journeys: { mine: [{ sends: 1, within: '7 days' }] } },
        journey: { name: 'yours', cap: null },
      },
      null,
    ],
    [
      'a cap that both share by their channel only',
      { ...low, claims: [held('2 hours')], shop: { ...noCaps, channels: { email: [day] } } },
      `1 message by email a calendar day, ${kept('2026-03-10T14:00:00.000Z')}`,
    ],
    [
      'a cap on offers concerns no help',
      { ...low, claims: [held('2 hours')], shop: { ...noCaps, offer: [{ sends: 1, within: '7 days' }] } },
      null,
    ],
  ])('%s', (_, over, words) => {
    expect(ask(over)).toBe(words);
  });

  test('the lower one has room when the higher one has gone out and counts no longer', () => {
    const question = { ...usual, ...low, journey: { name: 'mine', cap: null }, claims: [held('20 hours')] };
    expect(roomAt(question, now + spanMs('31 days'))! - now).toBe(spanMs('44 hours'));
  });
});

test('whatever comes and whenever, no window ever has more than its cap, and no kept place is taken', () => {
  const zones = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland'];
  const shop = {
    ...noCaps,
    helpAndOffer: [
      { sends: 2, within: 'calendar day' },
      { sends: 4, within: '7 days' },
    ],
    offer: [{ sends: 1, within: '36 hours' }],
  } as const;
  let seed = 7;
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  let [sends, kept] = [0, 0];
  for (let story = 0; story < 40; story++) {
    const zone = zones[story % zones.length]!;
    let at = Date.parse('2026-10-20T00:00:00Z') + Math.round(chance() * spanMs('30 days'));
    const counted: Counted[] = [];
    let claims: Claim[] = [];
    for (let step = 0; step < 60; step++) {
      at += Math.round(chance() * spanMs('12 hours'));
      const question = { ...usual, journey: { name: 'mine', cap: null }, shop, zone: () => zone, now: at };
      // What was held goes when its time has come: nothing lower may have taken its place.
      for (const due of claims.filter((claim) => claim.at <= at)) {
        const before = {
          ...question,
          now: due.at,
          priority: 50,
          counted: counted.filter((one) => one.at <= due.at),
        };
        expect(brokenCap({ ...before, purpose: 'help', claims: [] })).toBeNull();
        counted.unshift({ ...due });
        counted.sort((a, b) => b.at - a.at);
        kept += 1;
      }
      claims = claims.filter((claim) => claim.at > at);
      const isHeld = chance() < 0.15 && claims.length === 0;
      const purpose = chance() < 0.5 ? 'offer' : 'help';
      const due = at + Math.round(chance() * spanMs('20 hours'));
      const claim: Claim = { ...(help(due, 'order') as Claim), priority: 50 };
      // Help is held only where there would be a place for it if nothing else were sent.
      if (isHeld && brokenCap({ ...question, now: due, counted, claims: [] }) === null) claims = [claim];
      else if (brokenCap({ ...question, purpose, priority: 10, counted, claims }) === null) {
        counted.unshift(purpose === 'offer' ? offer(at) : help(at));
        sends += 1;
      }
    }
    for (const one of counted) {
      const inWeek = counted.filter(({ at: other }) => other <= one.at && other > one.at - spanMs('7 days'));
      const onDay = counted.filter(({ at: other }) => dayOf(other, zone) === dayOf(one.at, zone));
      expect([inWeek.length <= 4, onDay.length <= 2]).toEqual([true, true]);
    }
    const offers = counted.filter((one) => one.kind === 'delivery' && one.purpose === 'offer');
    for (const [n, one] of offers.slice(1).entries()) {
      expect(offers[n]!.at - one.at).toBeGreaterThanOrEqual(spanMs('36 hours'));
    }
  }
  expect([sends > 200, kept > 20]).toEqual([true, true]);
});

describe('a message that went out on all its channels', () => {
  const [caps, journey] = [
    { ...defaultShopCaps, helpAndOffer: [{ sends: 2, within: '1 day' }] } as const,
    { name: 'mine', cap: null },
  ];
  const by = (channel: 'email' | 'sms', send: string | null = 'run/1/alert'): Counted =>
    ({ ...help(ago('1 hour')), channel, send }) as Counted;
  const question = { shop: caps, journey };

  test('counts once, and on each of them once', () => {
    expect(ask({ ...question, counted: [by('email'), by('sms')] })).toBeNull();
    expect(ask({ ...question, counted: [by('email', null), by('sms', null)] })).toMatch(/^2 help or offer/);
    const channels = { sms: [{ sends: 1, within: '1 day' }] } as const;
    const bySms = { ...question, shop: { ...caps, channels }, counted: [by('email'), by('sms')] };
    expect(ask({ ...bySms, channel: 'sms' })).toMatch(/^1 message by sms a day/);
    expect(ask({ ...bySms, channel: 'email' })).toBeNull();
  });

  test('keeps one place as long as one of them is held, and none beside the one that it has', () => {
    const claim = (channel: 'email' | 'sms'): Claim =>
      ({ ...by(channel), at: now + spanMs('1 hour'), priority: 90 }) as Claim;
    expect(ask({ ...question, claims: [claim('email'), claim('sms')] })).toBeNull();
    expect(ask({ ...question, counted: [by('email')], claims: [claim('sms')] })).toBeNull();
  });

  test('has its place already where another channel took it, as long as that counts', () => {
    const full = { ...question, counted: [help(ago('1 hour')), help(ago('2 hours'))] };
    expect(ask({ ...full, placeAt: ago('23 hours') })).toBeNull();
    expect(ask({ ...full, placeAt: ago('1 day') })).toMatch(/^2 help or offer/);
  });
});

test('the law of a state lets so many text messages through, whatever the shop allows itself', () => {
  const { cap, of } = stateCaps['FL']!;
  const text = (at: number) => ({ ...help(at), channel: 'sms' as const });
  const law = { shop: noCaps, lawful: () => [{ cap, of }] };
  const three = [text(ago('1 hour')), text(ago('2 hours')), text(ago('23 hours'))];
  expect(ask({ ...law, channel: 'sms', counted: three })).toBe(
    '3 messages by sms, by the law of Florida, a day, last one cart-nudge at 2026-03-10T11:00:00.000Z',
  );
  expect(ask({ ...law, channel: 'sms', counted: three.slice(0, 2) })).toBeNull();
  // What another tool sent counts as well, if it said that it was a text message.
  const theirs = (channel: 'sms' | null) => [...three.slice(0, 2), { ...contact(ago('2 hours')), channel }];
  expect(ask({ ...law, channel: 'sms', counted: theirs('sms') })).toContain('by the law of Florida');
  expect(ask({ ...law, channel: 'sms', counted: theirs(null) })).toBeNull();
  expect(ask({ ...law, counted: three })).toBeNull();
  const lawOf = (phone: string) => lawfulCaps('sms', customerZoneOf({ phone }, 'UTC'));
  expect([lawOf('+13055550123'), lawOf('+14155550123')]).toEqual([[{ cap, of }], []]);
});
