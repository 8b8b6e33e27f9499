import { consentChannels } from '../domain/consent-channels.ts';
import type { AcceptedEvent } from './event.ts';

/** A consent as an event states it. */
export interface ConsentStated {
  channel: string;
  state: 'granted' | 'denied';
  source: string;
  at: number;
}

/** What an `identify` says in `context.consent.channels`, such as `{"email": true}`. */
export function consentsIn(event: AcceptedEvent): ConsentStated[] {
  const consent = event.kind === 'identify' ? event.body.context?.['consent'] : undefined;
  const channels = (consent as { channels?: unknown } | undefined)?.channels;
  if (typeof channels !== 'object' || channels === null) return [];
  return Object.entries(channels)
    .filter(([channel, given]) => isChannel(channel) && typeof given === 'boolean')
    .map(([channel, given]) => ({
      channel,
      state: given ? ('granted' as const) : ('denied' as const),
      source: 'identify',
      at: event.occurredAt,
    }));
}

const isChannel = (name: string) => (consentChannels as readonly string[]).includes(name);
