import webPush from 'web-push';
import type { Purpose } from '../../src/domain/delivery.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { endpointFault } from '../../src/domain/push-endpoint.ts';
import type { CallOutcome, ChannelAdapter, Outbound, PushContent } from './channel.ts';
import { post } from './post.ts';
import { callProvider, ProviderRefusal } from './provider-call.ts';
import { PrivateAddressError, publicLookup } from './public-lookup.ts';

/** A browser that a customer is reached on. */
export interface LiveSubscription {
  id: string;
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** Where the browsers of customers are found, and dropped when nobody is there any more. */
export interface SubscriptionBook {
  of(customerId: string): Promise<LiveSubscription[]>;
  drop(ids: readonly string[]): Promise<void>;
}

export interface PushOptions {
  vapid: { publicKey: string; privateKey: string; subject: string };
  subscriptions: SubscriptionBook;
  /** Where the sandbox provider is, the one push service on this machine that is called. */
  sandboxUrl?: string | undefined;
  timeoutMs: number;
}

/** How long a push service keeps a message for a device that is off, in seconds, and how urgently it wakes one. */
const handling: Record<Purpose, { TTL: number; urgency: 'low' | 'normal' | 'high' }> = {
  transactional: { TTL: 3 * 86_400, urgency: 'high' },
  help: { TTL: 86_400, urgency: 'normal' },
  offer: { TTL: 12 * 3_600, urgency: 'low' },
};

/** What came of one browser. */
type Heard = CallOutcome | { kind: 'gone' };

/**
 * Web push (RFC 8030, 8291, 8292) to all of a customer's browsers: one message, accepted if one of them takes it. A
 * browser that its push service no longer knows is dropped. When that leaves none, the customer is not reached by push.
 */
export function pushChannel(options: PushOptions): ChannelAdapter {
  return {
    channel: 'push',
    send: async (outbound, signal) => {
      if (!('body' in outbound.content)) throw new TypeError('A push needs a title and a body; none came.');
      const payload = payloadOf(outbound.deliveryId, outbound.content);
      if (Buffer.byteLength(payload) > bounds.pushPayloadBytes) return tooLarge(payload);
      const live = await liveOf(options.subscriptions, outbound.to);
      if (!Array.isArray(live)) return live;
      const heard = await Promise.all(
        live.map((subscription) => callOne(options, { subscription, outbound, payload }, signal)),
      );
      const gone = live.filter((_, place) => heard[place]!.kind === 'gone').map(({ id }) => id);
      await drop(options.subscriptions, gone);
      return together(heard);
    },
  };
}

/** What our script for a shop's service worker understands; its `tag` lets the same message stand only once. */
function payloadOf(deliveryId: string, { title, body, url }: PushContent): string {
  return JSON.stringify({ title, body, ...(url ? { url } : {}), tag: deliveryId });
}

function tooLarge(payload: string): CallOutcome {
  const bytes = Buffer.byteLength(payload);
  const detail = `the message has ${bytes} bytes, over the ${bounds.pushPayloadBytes} that a push may have`;
  return { kind: 'refused', code: 'too-large', detail };
}

/** Nothing has left as long as they are not known. */
async function liveOf(book: SubscriptionBook, customerId: string): Promise<LiveSubscription[] | CallOutcome> {
  try {
    return await book.of(customerId);
  } catch {
    // The error's words may hold an endpoint.
    return { kind: 'not-accepted', retryAfterMs: null, detail: 'the subscriptions could not be read' };
  }
}

/** What was sent stays sent: one that could not be dropped now is found gone again by the next message. */
async function drop(book: SubscriptionBook, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await book.drop(ids).catch(() => undefined);
}

async function callOne(
  options: PushOptions,
  one: { subscription: LiveSubscription; outbound: Outbound; payload: string },
  signal: AbortSignal | undefined,
): Promise<Heard> {
  const { subscription, outbound, payload } = one;
  const { endpoint } = subscription;
  if (endpointFault(endpoint, options.sandboxUrl) !== null) return { kind: 'gone' };
  const request = requestFor(options, subscription, outbound, payload);
  if (request === null) return { kind: 'gone' };
  let heard: Heard | null = null;
  const outcome = await callProvider(
    { timeoutMs: options.timeoutMs, signal, readError, address: endpoint },
    async (wiring) => {
      const isSandbox = options.sandboxUrl !== undefined && endpoint.startsWith(options.sandboxUrl);
      const lookup = isSandbox ? {} : { lookup: publicLookup };
      const answer = await post(wiring, { url: new URL(endpoint), ...request, ...lookup }).catch(
        (error: unknown) => {
          if (error instanceof PrivateAddressError) heard = { kind: 'gone' };
          throw error;
        },
      );
      if (answer.status === 404 || answer.status === 410) heard = { kind: 'gone' };
      // Ours is not the key that this browser subscribed with, which asking again does not mend.
      if (answer.status === 401 || answer.status === 403) heard = notOurs(answer.status);
      if (answer.status >= 300) throw new ProviderRefusal(answer);
      return { providerId: null };
    },
  );
  return heard ?? outcome;
}

function notOurs(status: number): CallOutcome {
  const detail = `${status}: the push service does not take our key (VAPID) for this browser`;
  return { kind: 'refused', code: String(status), detail };
}

/** Encrypted for the one browser and signed by our key; null when its own keys are none. */
function requestFor(
  { vapid }: PushOptions,
  { endpoint, keys }: LiveSubscription,
  { deliveryId, about }: Outbound,
  payload: string,
): { headers: Record<string, string>; body: Buffer } | null {
  try {
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys }, payload, {
      vapidDetails: vapid,
      contentEncoding: 'aes128gcm',
      // Of a delivery that is made twice the browser gets the later one only.
      topic: deliveryId.replaceAll('-', '').slice(0, 32),
      ...handling[about?.purpose ?? 'help'],
    });
    const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return { headers: Object.fromEntries(own) as Record<string, string>, body };
  } catch {
    // The library's words repeat what it was given.
    return null;
  }
}

/** Taken by one browser is taken; in doubt about one, in doubt about all: none is called again. */
function together(heard: readonly Heard[]): CallOutcome {
  for (const kind of ['accepted', 'unknown', 'not-accepted', 'refused'] as const) {
    const found = heard.find((one) => one.kind === kind);
    if (found && found.kind !== 'gone') return found;
  }
  const detail = 'none of the customer’s browsers is subscribed to push any more';
  return { kind: 'unreachable', code: 'gone', detail };
}

/** A push service's words help nobody but its makers, and may name the endpoint. */
function readError(): { code: null; words: null } {
  return { code: null, words: null };
}
