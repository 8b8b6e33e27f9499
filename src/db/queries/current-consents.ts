import { asc, desc, eq } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { consents } from '../schema/index.ts';
import { consentThatHolds, sayConsentPlace } from '../../domain/consent.ts';

/** What holds now, who recorded it, and in which words it was asked for. */
export interface CurrentConsent {
  state: 'granted' | 'denied';
  source: string;
  wording: string | null;
  at: Date;
}

/**
 * The word that holds for each channel of a customer that has one, and for each topic of which something was said: by
 * `email` and `email:new-arrivals`. Of a topic that may be the word on its channel.
 */
export async function currentConsents(db: Db, customerId: string): Promise<Record<string, CurrentConsent>> {
  const newest = await db
    .selectDistinctOn([consents.channel, consents.topic], {
      channel: consents.channel,
      topic: consents.topic,
      state: consents.state,
      source: consents.source,
      wording: consents.wording,
      at: consents.at,
    })
    .from(consents)
    .where(eq(consents.customerId, customerId))
    .orderBy(
      asc(consents.channel),
      asc(consents.topic),
      desc(consents.at),
      asc(consents.state),
      desc(consents.id),
    );
  const words = newest.map((given) => ({ ...given, at: given.at.getTime(), given }));
  const ofChannels = new Map(words.filter(({ topic }) => topic === '').map((word) => [word.channel, word]));
  return Object.fromEntries(
    words.map((word) => {
      const ofChannel = ofChannels.get(word.channel);
      const { state, source, wording, at } = consentThatHolds(
        ofChannel ? [ofChannel, word] : [word],
        word.topic,
      )!.given;
      return [sayConsentPlace(word), { state, source, wording, at }];
    }),
  );
}
