import { describe, expect, test } from 'vitest';
import type { LocalTime } from '../../src/domain/date-rule.ts';
import { dayOf, momentOf, nextLocalTime } from '../../src/domain/local-time.ts';
import { isZone } from '../../src/domain/zone.ts';

const utc = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

describe('the moment of a local time', () => {
  const moments: [string, LocalTime, string, string, string][] = [
    ['2026-01-15', '09:00', 'UTC', '2026-01-15T09:00:00Z', 'no zone to speak of'],
    ['2026-01-15', '09:00', 'Europe/Berlin', '2026-01-15T08:00:00Z', 'winter'],
    ['2026-07-15', '09:00', 'Europe/Berlin', '2026-07-15T07:00:00Z', 'summer'],
    ['2026-07-15', '09:00', 'Asia/Kolkata', '2026-07-15T03:30:00Z', 'half an hour off'],
    ['2026-07-15', '09:00', 'Pacific/Kiritimati', '2026-07-14T19:00:00Z', 'the day before in UTC'],
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z', 'does not exist: 03:30 it is'],
    ['2026-03-29', '03:00', 'Europe/Berlin', '2026-03-29T01:00:00Z', 'the first time after the gap'],
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z', 'twice: the first'],
    ['2026-10-25', '03:00', 'Europe/Berlin', '2026-10-25T02:00:00Z', 'once again'],
    ['2026-03-08', '02:15', 'America/New_York', '2026-03-08T07:15:00Z', 'does not exist: 03:15 it is'],
    ['2026-10-04', '02:10', 'Australia/Lord_Howe', '2026-10-03T15:40:00Z', 'put forward by half an hour'],
    ['2026-09-06', '00:30', 'America/Santiago', '2026-09-06T04:30:00Z', 'a day that begins at 01:00'],
    ['2011-12-30', '09:00', 'Pacific/Apia', '2011-12-30T19:00:00Z', 'a day that there was not: the next'],
  ];
  test.each(moments)('%s %s in %s is %s (%s)', (day, at, zone, moment) => {
    expect(utc(momentOf(day, at, zone))).toBe(moment);
  });
});

describe('the next local time', () => {
  const nexts: [string, LocalTime, string, string, string][] = [
    ['2026-05-01T06:00:00Z', '09:00', 'Europe/Berlin', '2026-05-01T07:00:00Z', 'today'],
    ['2026-05-01T07:00:00Z', '09:00', 'Europe/Berlin', '2026-05-01T07:00:00Z', 'this very moment'],
    ['2026-05-01T07:00:01Z', '09:00', 'Europe/Berlin', '2026-05-02T07:00:00Z', 'tomorrow'],
    ['2026-12-31T23:30:00Z', '09:00', 'Europe/Berlin', '2027-01-01T08:00:00Z', 'over the end of the year'],
    ['2026-03-28T08:30:00Z', '09:00', 'Europe/Berlin', '2026-03-29T07:00:00Z', 'the clocks put forward'],
    ['2026-10-24T07:30:00Z', '09:00', 'Europe/Berlin', '2026-10-25T08:00:00Z', 'the clocks put back'],
    ['2026-10-25T00:45:00Z', '02:30', 'Europe/Berlin', '2026-10-26T01:30:00Z', 'not twice in one night'],
    ['2026-05-01T20:00:00Z', '09:00', 'Pacific/Auckland', '2026-05-01T21:00:00Z', 'where it is tomorrow'],
  ];
  test.each(nexts)('from %s, %s in %s is %s (%s)', (from, at, zone, moment) => {
    expect(utc(nextLocalTime(Date.parse(from), at, zone))).toBe(moment);
  });

  test('a moment is of another day elsewhere', () => {
    const ms = Date.parse('2026-05-10T02:00:00Z');
    expect([dayOf(ms, 'America/New_York'), dayOf(ms, 'Europe/Berlin')]).toEqual(['2026-05-09', '2026-05-10']);
  });
});

test('a zone is a name of the IANA database, and no offset, abbreviation of one or anything else', () => {
  const zones = ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Calcutta', 'Etc/GMT+5'];
  expect(zones.filter((zone) => !isZone(zone))).toEqual([]);
  const others = [
    'Berlin',
    '+02:00',
    'GMT+2',
    '',
    ' ',
    'Europe/Berlin ',
    7,
    null,
    { zone: 'UTC' },
    'x'.repeat(900),
  ];
  expect(others.filter((zone) => isZone(zone))).toEqual([]);
});
