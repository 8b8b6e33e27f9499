import { describe, expect, test } from 'vitest';
import { content } from '../../src/define/content.ts';
import { message } from '../../src/define/message.ts';
import { readLocale } from '../../src/domain/locale.ts';
import { renderMessage } from '../../src/messages/render.ts';

const due = message<{ minor: number; at: string }>({
  name: 'due',
  purpose: 'help',
  channels: ['sms', 'push'],
  variants: { plain: 1, warm: 1 },
});
const facts = '{{ minor | money: "EUR" }} {{ at | weekday_date }} {{ at | clock_time }}';
const words = content(due, {
  sms: { text: `en ${facts}` },
  push: { title: 'en', body: 'push' },
  locales: { de: { sms: { text: `de ${facts}` } }, 'de-AT': { sms: { text: `at ${facts}` } } },
  variants: { warm: { sms: { text: 'warm en' }, locales: { de: { sms: { text: 'warm de' } } } } },
});

async function said(locale: unknown, variant = 'plain', zone = 'Europe/Vienna'): Promise<string> {
  const data = { minor: 123_456, at: '2026-03-01T20:30:00Z' };
  const asked = { message: due, channel: 'sms' as const, data, persona: 'p', variant, zone };
  const rendered = await renderMessage({ ...asked, customer: { locale } }, words);
  return (rendered as { text: string }).text.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll('’', "'");
}

describe('a customer reads a message', () => {
  test.each([
    ['de-AT', 'at € 1.234,56 Sonntag, 1. März 21:30'],
    ['de', 'de 1.234,56 € Sonntag, 1. März 21:30'],
    ['de_CH', "de EUR 1'234.56 Sonntag, 1. März 21:30"],
    ['en-GB', 'en €1,234.56 Sunday 1 March 21:30'],
    ['en-US', 'en €1,234.56 Sunday, March 1 9:30 PM'],
    ['fr-FR', 'en €1,234.56 Sunday, March 1 9:30 PM'],
    [undefined, 'en €1,234.56 Sunday, March 1 9:30 PM'],
    ['<script>', 'en €1,234.56 Sunday, March 1 9:30 PM'],
  ])("whose locale is %j: in it, else their language, else the message's own", async (locale, expected) => {
    expect(await said(locale)).toBe(expected);
  });

  test('by the clock of where they are', async () => {
    expect(await said('de', 'plain', 'America/New_York')).toContain('Sonntag, 1. März 15:30');
  });

  test('a day without a time is that day, wherever they are', async () => {
    const asked = { message: due, channel: 'sms' as const, customer: {}, persona: 'p', variant: null };
    const day = content(due, { sms: { text: '{{ at | weekday_date }}' } });
    for (const zone of ['America/New_York', 'Pacific/Auckland']) {
      const rendered = await renderMessage({ ...asked, data: { at: '2026-03-01' }, zone }, day);
      expect(rendered).toEqual({ text: 'Sunday, March 1' });
    }
  });

  test('in the words of their variant, in their language', async () => {
    expect(await said('de-DE', 'warm')).toBe('warm de');
    expect(await said('en', 'warm')).toBe('warm en');
  });

  test('in what all read, where their variant or their language says nothing on the channel', async () => {
    const asked = { message: due, channel: 'push' as const, data: {}, persona: 'p', variant: 'warm' };
    expect(await renderMessage({ ...asked, customer: { locale: 'de' } }, words)).toEqual({
      title: 'en',
      body: 'push',
    });
  });
});

test.each([
  ['de_at', 'de-AT'],
  [' EN-us ', 'en-US'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['', null],
  ['x', null],
  [7, null],
  ['a'.repeat(40), null],
])('the locale %j reads as %j', (given, expected) => {
  expect(readLocale(given)).toBe(expected);
});
