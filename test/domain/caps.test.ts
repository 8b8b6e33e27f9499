import { describe, expect, test } from 'vitest';
import { brokenCap, defaultShopCaps, type CapQuestion, type Counted } from '../../src/domain/caps.ts';
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
  ...{ purpose: 'help', channel: 'email', topic: '', priority: 50, zone: 'UTC' },
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
