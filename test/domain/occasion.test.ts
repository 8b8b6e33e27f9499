import { describe, expect, test } from 'vitest';
import { offsetParts, problemsOfRule, sayOffset, type DateRule } from '../../src/domain/date-rule.ts';
import { isOccasion, missedOccasion, nextStart, readDate, startFor } from '../../src/domain/occasion.ts';

const birthday: DateRule = { yearly: true, offset: '-7 days', at: '09:00' };
const lease: DateRule = { yearly: false, offset: '-7 days', at: '09:00' };
const later: DateRule = { yearly: false, offset: '365 days', at: '09:00' };

const utc = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const read = (value: unknown, rule: DateRule, zone: string) => {
  const date = readDate(value, rule, zone);
  if (typeof date === 'string') throw new Error(date);
  return date;
};

describe('a date is read', () => {
  const dates: [unknown, string, string][] = [
    ['1990-05-10', 'Europe/Berlin', '1990-05-10'],
    [' 1990-05-10 ', 'UTC', '1990-05-10'],
    ['1990-05-10T00:00:00.000Z', 'America/New_York', '1990-05-10'],
    ['1990-05-10T00:00:00Z', 'Pacific/Auckland', '1990-05-10'],
    ['2026-05-10T02:00:00Z', 'America/New_York', '2026-05-09'],
    ['2026-05-10T02:00:00+02:00', 'Europe/Berlin', '2026-05-10'],
    ['2026-05-09T23:30:00-0500', 'Europe/Berlin', '2026-05-10'],
    ['2026-05-09T23:30:00.123456789+02', 'America/New_York', '2026-05-09'],
    ['2026-05-10T23:59', 'Pacific/Auckland', '2026-05-10'],
    ['2026-05-10 08:00:00', 'UTC', '2026-05-10'],
    ['05-10', 'UTC', 'null-05-10'],
    ['--05-10', 'UTC', 'null-05-10'],
    ['02-29', 'UTC', 'null-02-29'],
    ['2024-02-29', 'UTC', '2024-02-29'],
  ];
  test.each(dates)('%j in %s is %s', (value, zone, day) => {
    const date = read(value, birthday, zone);
    const two = (number: number) => String(number).padStart(2, '0');
    expect(`${date.year}-${two(date.month)}-${two(date.day)}`).toBe(day);
  });

  const others: [unknown, DateRule, RegExp][] = [
    ['soon', birthday, /expected a date such as .*, got "soon"/],
    ['10.05.1990', birthday, /got "10\.05\.1990"/],
    ['2025-02-29', birthday, /got "2025-02-29"/],
    ['2026-13-01', birthday, /expected a date/],
    ['02-30', birthday, /expected a date/],
    ['0001-01-01', birthday, /expected a date/],
    ['2026-05-10T25:00', birthday, /expected a date/],
    ['2026-02-30T10:00:00Z', birthday, /expected a date/],
    ['2026-05-10T10:00:00+23:00', birthday, /expected a date/],
    ['2026-05-10T25:00:00Z', birthday, /expected a date/],
    [642_297_600, birthday, /got number 642297600/],
    [['1990-05-10'], birthday, /got an array/],
    ['05-10', lease, /expected a date with its year/],
  ];
  test.each(others)('%j is none, and why is said', (value, rule, words) => {
    expect(readDate(value, rule, 'UTC')).toMatch(words);
  });
});

describe('the next start', () => {
  const nexts: [string, DateRule, string, string, string | null, string][] = [
    ['1990-05-10', birthday, 'Europe/Berlin', '2026-05-01T12:00Z', '2026-05-03T07:00Z', 'this year'],
    ['1990-05-10', birthday, 'Europe/Berlin', '2026-05-03T07:00Z', '2026-05-03T07:00Z', 'this very moment'],
    ['1990-05-10', birthday, 'Europe/Berlin', '2026-05-03T08:00Z', '2027-05-03T07:00Z', 'next year'],
    ['05-10', birthday, 'UTC', '2026-12-31T23:00Z', '2027-05-03T09:00Z', 'without its year'],
    ['1990-01-03', birthday, 'Europe/Berlin', '2026-12-20T12:00Z', '2026-12-27T08:00Z', 'over the year'],
    ['1992-02-29', birthday, 'UTC', '2027-01-01T00:00Z', '2027-02-21T09:00Z', '28 February 2027'],
    ['1992-02-29', birthday, 'UTC', '2028-01-01T00:00Z', '2028-02-22T09:00Z', '29 February 2028'],
    ['1990-04-05', birthday, 'Europe/Berlin', '2026-01-01T00:00Z', '2026-03-29T07:00Z', 'as clocks change'],
    ['2026-06-30', lease, 'America/New_York', '2026-05-01T00:00Z', '2026-06-23T13:00Z', 'once'],
    ['2026-06-30', lease, 'America/New_York', '2026-06-23T14:00Z', null, 'its start has passed'],
    ['2026-05-01T20:00:00Z', later, 'UTC', '2026-05-01T21:00Z', '2027-05-01T09:00Z', 'after a moment'],
    ['2024-05-01T20:00:00Z', later, 'UTC', '2026-05-01T21:00Z', null, 'long over'],
    ['2030-07-01', birthday, 'UTC', '2026-05-01T00:00Z', '2030-06-24T09:00Z', 'a date far ahead'],
  ];
  test.each(nexts)('of %s, %j in %s, at %s is %s (%s)', (date, rule, zone, now, start) => {
    const next = nextStart(rule, { date: read(date, rule, zone), zone }, { nowMs: Date.parse(now) });
    expect(next && utc(next.startsAt)).toBe(start);
  });

  test('what happened today has its first anniversary in a year', () => {
    const anniversary: DateRule = { yearly: true, offset: '0 days', at: '23:00' };
    const date = read('2026-05-01T08:00:00Z', anniversary, 'UTC');
    const nowMs = Date.parse('2026-05-01T08:00Z');
    expect(nextStart(anniversary, { date, zone: 'UTC' }, { nowMs })?.occasion).toBe('2027-05-01');
    expect(missedOccasion(anniversary, { date, zone: 'UTC' }, Date.parse('2026-05-01T23:30Z'))).toBeNull();
  });

  test('after an occasion comes a later one, although its start lies ahead once more in a zone further west', () => {
    const date = read('1990-05-10', birthday, 'UTC');
    const at = { date, zone: 'America/Los_Angeles' };
    const nowMs = Date.parse('2026-05-03T10:00Z');
    expect(nextStart(birthday, at, { nowMs })?.occasion).toBe('2026-05-10');
    expect(nextStart(birthday, at, { nowMs, past: '2026-05-10' })?.occasion).toBe('2027-05-10');
  });

  test('an occasion ahead whose start has passed is told, up to its own day', () => {
    const missed = (value: string, rule: DateRule, now: string) =>
      missedOccasion(rule, { date: read(value, rule, 'UTC'), zone: 'UTC' }, Date.parse(now));
    expect(missed('2026-06-30', lease, '2026-06-25T12:00Z')).toBe('2026-06-30');
    expect(missed('2026-06-30', lease, '2026-06-30T23:00Z')).toBe('2026-06-30');
    expect(missed('2026-06-30', lease, '2026-07-01T00:00Z')).toBeNull();
    expect(missed('2026-06-30', lease, '2026-06-20T00:00Z')).toBeNull();
    expect(missed('1990-06-30', birthday, '2026-06-25T12:00Z')).toBe('2026-06-30');
    expect(missed('2025-06-01', later, '2026-07-25T12:00Z')).toBeNull();
  });

  test('months and years are those of the calendar', () => {
    const start = (offset: DateRule['offset'], occasion: string) =>
      utc(startFor({ ...lease, offset }, occasion, 'UTC'));
    expect(start('1 month', '2026-01-31')).toBe('2026-02-28T09:00Z');
    expect(start('-1 month', '2026-03-31')).toBe('2026-02-28T09:00Z');
    expect(start('1 year', '2024-02-29')).toBe('2025-02-28T09:00Z');
    expect(start('-2 weeks', '2026-01-05')).toBe('2025-12-22T09:00Z');
  });
});

test('the occasions of a date are its anniversaries, from the date on', () => {
  const born = read('1992-02-29', birthday, 'UTC');
  const days = ['2027-02-28', '2028-02-29', '2028-02-28', '2027-03-01', '1991-02-28'];
  expect(days.map((day) => isOccasion(birthday, born, day))).toEqual([true, true, false, false, false]);
  const ends = read('2026-06-30', lease, 'UTC');
  expect(['2026-06-30', '2027-06-30'].map((day) => isOccasion(lease, ends, day))).toEqual([true, false]);
});

describe('a rule', () => {
  test('is said in words', () => {
    expect([sayOffset('-7 days'), sayOffset('1 year'), sayOffset('0 days'), sayOffset('-1 day')]).toEqual([
      '7 days before',
      '1 year after',
      'on',
      '1 day before',
    ]);
    expect(offsetParts('-2 weeks')).toEqual({ count: -2, unit: 'weeks' });
  });

  test.each([
    [{ offset: '1.5 days' }, /"1\.5 days" is no offset/],
    [{ offset: '-7 hours' }, /is no offset/],
    [{ offset: '4000 days' }, /up to ten years/],
    [{ offset: '2 years', yearly: true }, /at most a year/],
    [{ at: '9:00' }, /"9:00" came; expected a time of the customer's day/],
    [{ at: '24:00' }, /"24:00" came/],
    [{ at: undefined }, /nothing came/],
  ])('%j is wrong, and how is said', (mistake, words) => {
    const problems = problemsOfRule({ ...lease, ...mistake } as DateRule);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.join(' ')).toMatch(words);
  });
});
