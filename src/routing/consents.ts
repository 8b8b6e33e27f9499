import { bounds } from '../domain/bounds.ts';
import { clientTimeMs } from '../domain/client-time.ts';
import {
  readConsentPlace,
  readConsentState,
  type ConsentPlace,
  type ConsentState,
} from '../domain/consent.ts';
import { cutText } from '../domain/cut-text.ts';
import type { AcceptedEvent } from './event.ts';

/** A consent as an event states it; `at` in epoch milliseconds of Kairos's time. */
export interface ConsentStated extends ConsentPlace {
  state: ConsentState;
  source: string;
  wording: string | null;
  at: number;
  /** Whether it says itself when it was given; else it is as of its event. */
  hasOwnTime: boolean;
}

/** A consent with whether it is a new word, or only repeats one. */
export interface JudgedConsent extends ConsentStated {
  isNew: boolean;
}

/**
 * What an `identify` says in `context.consent.channels`: `{"email": true, "email:new-arrivals": false}`, or `granted`
 * and `denied` in their places. `source`, `wording` and `at` beside `channels` say who asked, in which words and when;
 * a channel may say them of itself, as `{"state", "source"?, "wording"?, "at"?}`. What is none of these says nothing.
 * A time is never later than that at which the event came. One that cannot be read makes a grant say nothing, for it may
 * be older than a refusal; a refusal is then of the event's time.
 *
 * @param kairosMs Kairos's time of a real one.
 */
export function consentsIn(event: AcceptedEvent, kairosMs: (realMs: number) => number): ConsentStated[] {
  const consent = event.kind === 'identify' ? event.body.context?.['consent'] : undefined;
  if (!isRecord(consent) || !isRecord(consent['channels'])) return [];
  return Object.entries(consent['channels']).flatMap(([name, said]) => {
    const place = readConsentPlace(name);
    const state = readConsentState(isRecord(said) ? said['state'] : said);
    if (!place || !state) return [];
    const told = { ...consent, ...(isRecord(said) ? said : {}) };
    const givenMs = told['at'] == null ? null : (clientTimeMs(told['at']) ?? -1);
    if (givenMs !== null && givenMs < 0 && state === 'granted') return [];
    const isTime = givenMs !== null && givenMs >= 0;
    const at = isTime ? Math.min(kairosMs(givenMs), event.receivedAt) : event.occurredAt;
    const wording = textOf(told['wording'], bounds.wordingLength);
    return [{ ...place, state, source: sourceOf(event, told['source']), wording, at, hasOwnTime: isTime }];
  });
}

/** Who asked, as it is said; of a write key, which anybody can read in a page, that it is only said. */
function sourceOf({ admin }: AcceptedEvent, said: unknown): string {
  const source = textOf(said, bounds.nameLength);
  if (source === null) return 'identify';
  return admin ? source : cutText(`identify: ${source}`, bounds.nameLength);
}

function textOf(value: unknown, maxLength: number): string | null {
  return typeof value === 'string' && value.trim() !== '' ? cutText(value, maxLength) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
