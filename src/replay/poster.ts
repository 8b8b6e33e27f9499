/**
 * Posts through `@segment/analytics-node`, in order.
 *
 * The client sends its batches side by side and is content with a status. So it is given one batch at a time, small
 * enough to be one request, and the next only after the answer; and the answer is read on its way through.
 * On 429, 5xx and a broken connection the client posts the batch again until its patience ends. Kairos knows a message
 * by its id, so the second time counts as a duplicate.
 */
import {
  Analytics,
  type GroupParams,
  type HTTPFetchFn,
  type IdentifyParams,
  type PageParams,
  type TrackParams,
} from '@segment/analytics-node';
import { readTaken, sayRefused, type Answer } from './answer.ts';
import { batchMessages } from './batch.ts';
import { sayFetchError } from './kairos-health.ts';
import type { OutgoingMessage } from './outgoing.ts';

export interface PosterSettings {
  url: string;
  writeKey: string;
  /** How long one batch is tried, real seconds. */
  patienceSeconds?: number;
}

const requestTimeoutMs = 60_000;
export class Poster {
  /** What was wrong with the last try of the batch under way, in words; null while all is well. */
  trouble: string | null = null;
  private readonly client: Analytics;
  private readonly url: string;
  private last: { status: number; body: unknown } | null = null;
  /** Why the client gave up, as it says itself. */
  private givenUp: string | null = null;

  constructor({ url, writeKey, patienceSeconds = 3_600 }: PosterSettings) {
    this.url = url;
    this.client = new Analytics({
      host: url,
      writeKey,
      flushAt: batchMessages,
      // Only time ends the tries: a count would drop the batch after a Kairos that was down for some minutes.
      maxRetries: 1_000_000,
      maxTotalBackoffDuration: patienceSeconds,
      maxRateLimitDuration: patienceSeconds,
      httpRequestTimeout: requestTimeoutMs,
      httpClient: this.listen,
    });
    this.client.on('error', ({ reason }) => {
      this.givenUp ??= sayFetchError(reason);
    });
  }

  /** Posts a batch of at most `batchMessages` and waits until it was answered, or the client gave it up. */
  async post(messages: readonly OutgoingMessage[]): Promise<Answer> {
    this.last = null;
    this.givenUp = null;
    for (const message of messages) this.hand(message);
    await this.client.flush();
    return this.answer(messages.length);
  }

  async close(): Promise<void> {
    await this.client.closeAndFlush();
  }

  private hand(message: OutgoingMessage): void {
    switch (message.type) {
      case 'track':
        return this.client.track(message as TrackParams);
      case 'identify':
        return this.client.identify(message as IdentifyParams);
      case 'page':
        return this.client.page(message as PageParams);
      case 'screen':
        return this.client.screen(message as PageParams);
      case 'group':
        return this.client.group(message as GroupParams);
      case 'alias':
        return this.client.alias(message);
    }
  }

  /** `fetch`, listened to. */
  private readonly listen: HTTPFetchFn = async (url, init) => {
    try {
      const response = await fetch(url, init);
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => null);
      this.last = { status: response.status, body };
      this.trouble = response.ok ? null : `Kairos answers ${response.status}`;
      return response;
    } catch (error) {
      this.last = null;
      this.trouble = `Kairos does not answer (${sayFetchError(error)})`;
      throw error;
    }
  };

  private answer(count: number): Answer {
    if (this.last === null) {
      const why = this.trouble ?? this.givenUp ?? 'the client posted nothing';
      return { taken: false, sentence: `Nothing was taken: ${why}.` };
    }
    const taken = readTaken(this.last.status, this.last.body, count);
    return (
      taken ?? { taken: false, sentence: sayRefused(this.last, { url: this.url, key: 'KAIROS_WRITE_KEY' }) }
    );
  }
}
