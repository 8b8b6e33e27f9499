/**
 * Hours in which customers are left in peace, as data. The law's are those of the USA for text messages that advertise;
 * of several that may apply all do (47 CFR 64.1200(c)(1) and the states' own acts; whether it binds texts that somebody
 * asked for is disputed, so that it is kept).
 */
import type { Cap } from './cap-window.ts';
import type { LocalTime } from './date-rule.ts';
import type { Channel } from './task-queues.ts';

/** As ISO numbers them: Monday is the first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Quiet from one local time to the next such other, over midnight if that comes first; the same twice: a whole day. */
export interface QuietWindow {
  readonly from: LocalTime;
  readonly to: LocalTime;
  /** The days on which it begins; every day if not said. */
  readonly on?: readonly Weekday[];
}

/** Some windows, and by whose word. */
export interface QuietRule {
  readonly of: string;
  readonly windows: readonly QuietWindow[];
}

/** What a shop may set: by channel, none for one that has no such hours. */
export type QuietSettings = { readonly [channel in Channel]: readonly QuietWindow[] } & {
  /** Whether they hold for what is owed as well. */
  readonly transactional: boolean;
};

const night: readonly QuietWindow[] = [{ from: '21:00', to: '08:00' }];

/**
 * What holds until an operator sets something else: nights are quiet on whatever rings in a pocket. E-mail wakes nobody
 * and no law times it; what a visitor sees who is on the page now, and what machines are told, has no hours either.
 */
export const defaultQuietHours: QuietSettings = {
  email: [],
  sms: night,
  whatsapp: night,
  push: night,
  onsite: [],
  webhook: [],
  transactional: false,
};

/** The USA's, for everybody who is reached there by text message. */
export const federalHours: QuietRule = { of: 'the law of the USA', windows: night };

const from8to20: readonly QuietWindow[] = [{ from: '20:00', to: '08:00' }];

/** Stricter ones of states, by their codes. */
export const stateHours: { readonly [state: string]: QuietRule } = {
  CT: { of: 'the law of Connecticut', windows: [{ from: '20:00', to: '09:00' }] },
  FL: { of: 'the law of Florida', windows: from8to20 },
  MD: { of: 'the law of Maryland', windows: from8to20 },
  MS: { of: 'the law of Mississippi', windows: from8to20 },
  NJ: { of: 'the law of New Jersey', windows: from8to20 },
  OK: { of: 'the law of Oklahoma', windows: from8to20 },
  RI: {
    of: 'the law of Rhode Island',
    windows: [
      { from: '18:00', to: '09:00', on: ['mon', 'tue', 'wed', 'thu'] },
      { from: '18:00', to: '10:00', on: ['fri'] },
      { from: '17:00', to: '10:00', on: ['sat'] },
      { from: '17:00', to: '09:00', on: ['sun'] },
    ],
  },
  TX: {
    of: 'the law of Texas',
    windows: [
      { from: '21:00', to: '09:00', on: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri'] },
      { from: '21:00', to: '12:00', on: ['sat'] },
    ],
  },
};

/** A cap, and by whose word. */
export interface LawfulCap {
  readonly of: string;
  readonly cap: Cap;
}

/**
 * How often the law lets somebody be written to by text message, by the states that say. The acts count by subject; what
 * Kairos cannot tell apart is taken to be of one.
 */
export const stateCaps: { readonly [state: string]: LawfulCap } = {
  FL: { of: 'the law of Florida', cap: { sends: 3, within: '1 day' } },
  MD: { of: 'the law of Maryland', cap: { sends: 3, within: '1 day' } },
  OK: { of: 'the law of Oklahoma', cap: { sends: 3, within: '1 day' } },
};
