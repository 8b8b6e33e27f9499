import { getCountry, getTimezone } from 'countries-and-timezones';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { TraitValues } from './address.ts';
import {
  regionNamed,
  regionOfPhone,
  regionOfPostalCode,
  territoryNamed,
  type Region,
} from './north-america.ts';
import { isZone } from './zone.ts';

/** What a customer's clock was learnt from. */
export type ZoneSource =
  'the time zone' | 'the phone number' | 'the address' | 'the country' | "the shop's zone";

/** Where a customer may be. */
export interface CustomerZone {
  /** All the zones that they may be in, the likeliest first; never none. */
  zones: readonly string[];
  by: ZoneSource;
  /** The country of their phone number, `US`, and the state or province; null: not known. */
  phone: { country: string | null; region: Region | null } | null;
  /** The state or province of their address; null: not known. */
  home: Region | null;
}

/**
 * Where a customer may be: by the trait `timezone`, else by the phone number (its country, in the USA and Canada its area
 * code), else by the address (postal code, state), else by the country, else where the shop is. A number that is of no
 * place in its country, such as a toll-free one, or a country with several zones leaves all of them possible.
 */
export function customerZoneOf(traits: TraitValues, shopZone: string): CustomerZone {
  const phone = phoneOf(traits['phone']);
  const country = countryOf(traits);
  const home = homeOf(traits, country ?? phone?.country ?? null);
  const found = [
    [isZone(traits['timezone']) ? [traits['timezone']] : [], 'the time zone'],
    [phone?.region?.zones ?? [], 'the phone number'],
    // The state of the address says more than a number of the same country that is of no place.
    [phone && home && home.country === phone.country ? home.zones : [], 'the address'],
    [phone?.country ? zonesOfCountry(phone.country) : [], 'the phone number'],
    [home?.zones ?? [], 'the address'],
    [country ? zonesOfCountry(country) : [], 'the country'],
  ] as const satisfies [readonly string[], ZoneSource][];
  const first = found.find(([zones]) => zones.length > 0) ?? ([[shopZone], "the shop's zone"] as const);
  return { zones: first[0], by: first[1], phone, home };
}

function phoneOf(value: unknown): CustomerZone['phone'] {
  const parsed = typeof value === 'string' ? parsePhoneNumberFromString(value) : undefined;
  if (!parsed?.isPossible()) return null;
  const region = regionOfPhone(parsed.number);
  return { country: region?.country ?? parsed.country ?? null, region };
}

/** Segment's clients put an address under `address`. */
function fieldOf(traits: TraitValues, names: readonly string[]): string | null {
  const address = traits['address'];
  const records = [traits, typeof address === 'object' && address !== null ? (address as TraitValues) : {}];
  for (const record of records) {
    for (const name of names) {
      const value = Object.hasOwn(record, name) ? record[name] : undefined;
      if (typeof value === 'string' && value.trim() !== '') return value.trim();
      if (typeof value === 'number') return String(value).padStart(5, '0');
    }
  }
  return null;
}

const countryNames = new Intl.DisplayNames('en', { type: 'region' });
const byCountryName = new Map<string, string>();

function countryOf(traits: TraitValues): string | null {
  const said = fieldOf(traits, ['country', 'countryCode', 'country_code']);
  if (said === null) return null;
  const code = said.toUpperCase();
  if (/^[A-Z]{2}$/.test(code)) return zonesOfCountry(code).length > 0 ? code : null;
  if (/^(USA|UNITED STATES OF AMERICA)$/.test(code)) return 'US';
  if (byCountryName.size === 0) nameCountries();
  return byCountryName.get(code) ?? null;
}

/** `GERMANY` -> `DE`, for all that have a name in English. */
function nameCountries(): void {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    const name = countryNames.of(code);
    if (name !== undefined && name !== code && getCountry(code)) byCountryName.set(name.toUpperCase(), code);
  }
}

function homeOf(traits: TraitValues, country: string | null): Region | null {
  // Puerto Rico and its like have codes of their own as countries, and are of the USA.
  const territory = country === null ? null : territoryNamed(country);
  if (territory) return territory;
  const where = country ?? 'US';
  if (where !== 'US' && where !== 'CA') return null;
  const postal = fieldOf(traits, ['postalCode', 'postal_code', 'zip', 'zipCode']);
  const state = fieldOf(traits, ['state', 'region', 'province']);
  // A postal code of five digits, or a region, may be of any country: only where it is known to be of this one.
  const byPostal = postal !== null && country !== null ? regionOfPostalCode(where, postal) : null;
  return byPostal ?? (state !== null ? regionNamed(where, state) : null);
}

const zonesByCountry = new Map<string, readonly string[]>();

/** The zones of a country, one of those whose clocks agree; none: there is no such country. */
export function zonesOfCountry(code: string): readonly string[] {
  const known = zonesByCountry.get(code);
  if (known) return known;
  const byClock = new Map<string, string>();
  for (const name of getCountry(code)?.timezones ?? []) {
    const zone = getTimezone(name);
    const clock = `${zone?.utcOffset} ${zone?.dstOffset}`;
    if (isZone(name) && !byClock.has(clock)) byClock.set(clock, name);
  }
  const zones = [...byClock.values()];
  if (zones.length > 0) zonesByCountry.set(code, zones);
  return zones;
}
