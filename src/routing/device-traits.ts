import { readLocale } from '../domain/locale.ts';
import { isZone } from '../domain/zone.ts';
import type { AcceptedEvent } from './event.ts';
import type { Traits } from './traits.ts';

/**
 * An event with what Segment's clients say of a browser or phone, its `context.locale` and `context.timezone`, among the
 * observed traits that it brings, where that is not what is known already: every event of a browser says the same, and
 * a customer is neither written nor looked at anew for each. What the event's own traits say goes before; what is
 * none of its kind is passed over, for no author of the client wrote it.
 */
export function withDeviceTraits(event: AcceptedEvent, traits: Traits): AcceptedEvent {
  const { context } = event.body;
  if (!context || context['traitsOrigin'] !== undefined) return event;
  const [locale, timezone] = [readLocale(context['locale']), context['timezone']];
  const seen = {
    ...(locale !== null && isNews(traits, 'locale', locale) && { locale }),
    ...(isZone(timezone) && isNews(traits, 'timezone', timezone) && { timezone }),
  };
  if (Object.keys(seen).length === 0) return event;
  const own: unknown = context['traits'];
  const said = { ...seen, ...(typeof own === 'object' && !Array.isArray(own) ? own : {}) };
  return { ...event, body: { ...event.body, context: { ...context, traits: said } } };
}

/** What was stated or taken away by the customer stands, whatever a browser says. */
function isNews(traits: Traits, name: string, value: string): boolean {
  const present = traits[name];
  return present?.origin !== 'stated' && present?.value !== value;
}
