import { describe, expect, test } from 'vitest';
import { customerZoneOf, zonesOfCountry } from '../../src/domain/customer-zone.ts';
import { regionNamed, regionOfPhone, regionOfPostalCode } from '../../src/domain/north-america.ts';

describe('where a customer may be', () => {
  const cases: [string, Record<string, unknown>, string, string[]][] = [
    [
      'their own word',
      { timezone: 'Asia/Tokyo', phone: '+4930123456', country: 'FR' },
      'the time zone',
      ['Asia/Tokyo'],
    ],
    [
      'a zone that is none',
      { timezone: 'Mars/Base', phone: '+4930123456' },
      'the phone number',
      ['Europe/Berlin'],
    ],
    ['an area code', { phone: '+1 212 555 0123' }, 'the phone number', ['America/New_York']],
    [
      'an area code of two zones',
      { phone: '+18505550123' },
      'the phone number',
      ['America/New_York', 'America/Chicago'],
    ],
    [
      'the zone of a province',
      { phone: '+13065550123' },
      'the phone number',
      ['America/Regina', 'America/Denver'],
    ],
    [
      'a number without its country',
      { phone: '0151 1234567', country: 'Germany' },
      'the country',
      ['Europe/Berlin'],
    ],
    [
      'an address',
      { address: { state: 'CA', country: 'US', postalCode: '94103' } },
      'the address',
      ['America/Los_Angeles'],
    ],
    [
      'a number of no place, and an address',
      { phone: '+18005551212', state: 'Hawaii' },
      'the address',
      ['Pacific/Honolulu'],
    ],
    ['a region of another country', { country: 'DE', region: 'MD' }, 'the country', ['Europe/Berlin']],
    ['nothing', {}, "the shop's zone", ['Europe/Vienna']],
  ];
  test.each(cases)('%s', (_, traits, by, zones) => {
    expect(customerZoneOf(traits, 'Europe/Vienna')).toMatchObject({ by, zones });
  });

  test('in a country with several, one zone for each clock', () => {
    expect(zonesOfCountry('US').length).toBeGreaterThan(5);
    expect(zonesOfCountry('US').length).toBeLessThan(12);
    expect(zonesOfCountry('XX')).toEqual([]);
  });
});

describe('states', () => {
  test.each([
    ['02903', 'RI'],
    ['06103', 'CT'],
    ['33101-1234', 'FL'],
    ['79901', 'TX'],
    ['88510', 'TX'],
    ['73301', 'TX'],
    ['73101', 'OK'],
    ['20001', 'DC'],
    ['20850', 'MD'],
    ['07030', 'NJ'],
    ['39201', 'MS'],
    ['00901', 'PR'],
  ])('%s is in %s', (postal, state) => expect(regionOfPostalCode('US', postal)!.code).toBe(state));

  test('what is no postal code, and no number of the plan, is in none', () => {
    expect(regionOfPostalCode('US', '1010')).toBeNull();
    expect(regionOfPostalCode('CA', 'M5V 2T6')!.code).toBe('ON');
    expect(regionOfPhone('+4930123456')).toBeNull();
    expect(regionOfPhone('+18005551212')).toBeNull();
    expect(regionNamed('US', ' rhode island ')!.code).toBe('RI');
    expect(regionNamed('US', 'bremen')).toBeNull();
  });
});
