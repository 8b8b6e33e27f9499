import { clientTimeMs } from '../../src/domain/client-time.ts';
import { readConsentPlace, readConsentState } from '../../src/domain/consent.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { channels } from '../../src/domain/task-queues.ts';
import type { Item } from './item.ts';

const anExample = '{"channels":{"email":true}}';

/**
 * What an identify says in `context.consent` that says nothing here, so that the operator sees it: who meant to refuse
 * by `"email":"no"` would go on being written to, and nobody would know. Null when all of it is read. Of other
 * names in it (Segment's `categoryPreferences`) nothing is expected.
 */
export function unreadConsents(consent: unknown): Item['passedOver'] | null {
  const faults = faultsOf(consent).slice(0, 3);
  if (faults.length === 0) return null;
  const detail = `${faults.join('; ')}; it says nothing, and the rest was accepted.`;
  return { code: 'malformed-message', detail };
}

function faultsOf(consent: unknown): string[] {
  if (consent == null) return [];
  if (!isRecord(consent)) return [`context.consent: expected ${anExample}, got ${sayValue(consent)}`];
  const beside = Object.keys(consent)
    .filter((name) => readConsentPlace(name) !== null)
    .map((name) => `context.consent.${name}: expected within "channels", as ${anExample}`);
  const said = consent['channels'];
  if (said == null) return beside;
  if (!isRecord(said)) {
    return [...beside, `context.consent.channels: expected {"email":true}, got ${sayValue(said)}`];
  }
  return [...beside, ...unknownPlaces(said), ...unreadStates(said, consent['at'])];
}

/** Which channels it says of that there are not. */
function unknownPlaces(said: Record<string, unknown>): string[] {
  const unknown = Object.keys(said).filter((place) => readConsentPlace(place) === null);
  if (unknown.length === 0) return [];
  const came = unknown.slice(0, 3).map(sayValue).join(', ');
  const expected = `expected a channel (${channels.join(', ')}) or a topic of one, such as email:new-arrivals`;
  return [`context.consent.channels: ${expected}, got ${came}`];
}

function unreadStates(said: Record<string, unknown>, sharedAt: unknown): string[] {
  return Object.entries(said).flatMap(([name, word]) => {
    if (readConsentPlace(name) === null || word == null) return [];
    const place = `context.consent.channels.${name}`;
    const state = readConsentState(isRecord(word) ? word['state'] : word);
    if (state === null) {
      const came = isRecord(word) ? word['state'] : word;
      return [`${place}: expected true, false, "granted" or "denied", got ${sayValue(came)}`];
    }
    const at = (isRecord(word) ? word['at'] : null) ?? sharedAt;
    if (state === 'denied' || at == null || (clientTimeMs(at) ?? -1) >= 0) return [];
    return [`${place}: expected as \`at\` a time after 1970, got ${sayValue(at)}`];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
