import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { cutText } from '../../src/domain/cut-text.ts';
import { sendGridMeaning, type ProviderNews } from '../../src/domain/provider-news.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { withoutAddresses } from '../../src/domain/without-addresses.ts';
import { AppError } from '../../src/errors.ts';
import { issuesOf } from '../../src/issues.ts';

/** No database stores a NUL. */
const text = z
  .string()
  .nullish()
  .overwrite((given) => given?.replaceAll('\0', ''));

/** One event of SendGrid's event webhook, as far as it is read. Custom arguments stand beside its own fields. */
const eventSchema = z.looseObject({
  event: z.string(),
  timestamp: z.int().min(0).max(99_999_999_999),
  email: text,
  sg_message_id: text,
  deliveryId: text.describe('Ours, as it was sent along in `custom_args`.'),
  type: text,
  reason: text,
  response: text,
  status: text,
  url: text,
});

/** What a post of SendGrid's event webhook is. */
export const eventsSchema = z.array(eventSchema);

/** What is wrong with one of the events, by its place; or only that Kairos does not know such, which SendGrid may well send. */
export interface BadEvent {
  index: number;
  detail: string;
  isUnknown: boolean;
}

const longestDetail = 300;
const uuid = z.uuid();

/**
 * Reads a post of SendGrid's event webhook. An event that cannot be read holds none of the others up.
 * @throws AppError `malformed-body` when it is no list; `too-large` when there are too many.
 */
export function readSendGridEvents(came: unknown, clock: Clock): { news: ProviderNews[]; bad: BadEvent[] } {
  if (!Array.isArray(came)) {
    throw new AppError('malformed-body', `Expected an array of SendGrid's events, got ${sayValue(came)}.`);
  }
  if (came.length > bounds.hookEvents) {
    throw new AppError(
      'too-large',
      `${came.length} events are over the bound of ${bounds.hookEvents} for one post.`,
    );
  }
  const [news, bad]: [ProviderNews[], BadEvent[]] = [[], []];
  for (const [index, one] of came.entries()) {
    const read = eventSchema.safeParse(one, { reportInput: true });
    if (!read.success) {
      const said = issuesOf(read.error).map(({ place, detail }) =>
        place === '' ? detail : `${place}: ${detail}`,
      );
      bad.push({ index, detail: said.slice(0, 3).join('; '), isUnknown: false });
      continue;
    }
    const told = newsOf(read.data, clock);
    if (told) news.push(told);
    else
      bad.push({ index, detail: `event: ${sayValue(read.data.event)} is not known here.`, isUnknown: true });
  }
  return { news, bad };
}

function newsOf(said: z.output<typeof eventSchema>, clock: Clock): ProviderNews | null {
  const { event, type, reason, status, response, email, timestamp, sg_message_id: messageId } = said;
  const meaning = sendGridMeaning(event, { ...(type && { type }), ...(reason && { reason }) });
  if (meaning === null) return null;
  const deliveryId = uuid.safeParse(said.deliveryId).success ? said.deliveryId!.toLowerCase() : null;
  return {
    ...meaning,
    ...{ provider: 'sendgrid', channel: 'email', kind: event, deliveryId },
    // Not by sg_event_id, which users have seen change when an event was told again.
    fingerprint: fingerprintOf([deliveryId, messageId, email, event, timestamp, said.url]),
    // The rest of it names the machine that sent it on.
    providerId: messageId?.replace(/\.(filter|recvd).*$/, '') ?? null,
    address: email ?? null,
    at: clock.fromReal(new Date(timestamp * 1_000)),
    detail: detailOf([status, reason ?? response]),
  };
}

/** What the same news has again, whenever it is told. */
export function fingerprintOf(parts: readonly (string | number | null | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function detailOf(parts: readonly (string | null | undefined)[]): string {
  const words = parts.filter(Boolean).join(' ');
  return cutText(withoutAddresses(words).replaceAll(/\0|\p{Surrogate}/gu, '\ufffd'), longestDetail);
}
