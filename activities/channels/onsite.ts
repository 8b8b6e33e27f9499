import type { Sql } from 'postgres';
import type { Clock } from '../../src/clock.ts';
import { isDataError } from '../../src/db/unavailable.ts';
import { placeOnsite } from '../../src/db/queries/onsite-place.ts';
import type { OnsiteContentRow } from '../../src/db/schema/onsite.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { cutText } from '../../src/domain/cut-text.ts';
import type { CallOutcome, ChannelAdapter, ChannelContent, Outbound } from './channel.ts';

/**
 * Messages on the shop's own pages: placed in our own database, from where the API tells the pages that listen. So it is
 * known what became of a call, and a call made twice places one message.
 */
export function onsiteChannel(options: { sql: Sql; clock: Clock }): ChannelAdapter {
  const place = (messages: readonly Outbound[]) => placeMessages(options, messages);
  return {
    channel: 'onsite',
    idempotent: { withinMs: Infinity },
    send: (message) => place([message]),
    batch: { most: bounds.waveCustomers, send: place },
  };
}

async function placeMessages(
  { sql, clock }: { sql: Sql; clock: Clock },
  messages: readonly Outbound[],
): Promise<CallOutcome> {
  const now = clock.realNow();
  try {
    const found = await placeOnsite(sql, {
      messages: messages.map(({ deliveryId, content }) => ({ deliveryId, content: onPage(content) })),
      placedAt: clock.fromReal(now),
      // A visit is somebody's at a screen: it takes real time, however fast Kairos's runs.
      expiresAt: clock.fromReal(new Date(now.getTime() + bounds.onsiteMessageMs)),
    });
    if (found === messages.length) return { kind: 'accepted', providerId: null };
    return { kind: 'refused', code: 'erased', detail: 'the customer was erased' };
  } catch (error) {
    if (isDataError(error)) return { kind: 'refused', code: 'unstorable', detail: String(error) };
    return { kind: 'not-accepted', retryAfterMs: null, detail: 'the database did not take it' };
  }
}

/** What a page shows: plain text of bounded length, and a link only where it leads to a page. */
function onPage(content: ChannelContent): OnsiteContentRow {
  if (!('title' in content) || !('text' in content))
    throw new TypeError('A message on the page needs a title and a text.');
  const { title, text, url, action } = content;
  const cut = (of: string) => cutText(of, bounds.onsiteTextLength);
  return {
    ...{ title: cut(title), text: cut(text) },
    ...(url !== undefined && isWebAddress(url) ? { url, ...(action ? { action: cut(action) } : {}) } : {}),
  };
}

function isWebAddress(url: string): boolean {
  return url.length <= bounds.urlLength && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
