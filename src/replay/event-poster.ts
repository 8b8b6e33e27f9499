/**
 * Posts CloudEvents, one batch a request and the next only after the answer. On 429, 5xx and a broken connection a
 * batch is posted again until the patience ends: Kairos knows an event by its source and id, so the second time counts
 * as a duplicate.
 */
import type { Clock } from '../clock.ts';
import { readTaken, sayRefused, type Answer } from './answer.ts';
import { sayFetchError } from './kairos-health.ts';
import type { CloudEventLine } from './recorded-event.ts';

export interface EventPosterSettings {
  url: string;
  adminKey: string;
  clock: Clock;
  /** Waits for real milliseconds. */
  sleep: (ms: number) => Promise<void>;
  /** How long one batch is tried, real seconds. */
  patienceSeconds?: number;
}

const requestTimeoutMs = 60_000;
const pauses = { firstMs: 250, longestMs: 10_000 };

type Try = { status: number; body: unknown; retryAfterMs: number | null } | { failed: string };

export class EventPoster {
  /** What was wrong with the last try of the batch under way, in words; null while all is well. */
  trouble: string | null = null;
  private readonly settings: EventPosterSettings;

  constructor(settings: EventPosterSettings) {
    this.settings = settings;
  }

  /** Posts a batch and waits until it was answered, or given up. */
  async post(events: readonly CloudEventLine[]): Promise<Answer> {
    const { clock, sleep, url, patienceSeconds = 3_600 } = this.settings;
    const untilMs = clock.realNow().getTime() + patienceSeconds * 1_000;
    for (let pauseMs = pauses.firstMs; ; pauseMs = Math.min(2 * pauseMs, pauses.longestMs)) {
      const tried = await this.tryOnce(events);
      this.trouble = troubleOf(tried);
      const isPassing = 'failed' in tried || tried.status === 429 || tried.status >= 500;
      if (!isPassing) {
        const taken = readTaken(tried.status, tried.body, events.length);
        return taken ?? { taken: false, sentence: sayRefused(tried, { url, key: 'KAIROS_ADMIN_KEY' }) };
      }
      const waitMs = Math.max(pauseMs, ('failed' in tried ? null : tried.retryAfterMs) ?? 0);
      if (clock.realNow().getTime() + waitMs > untilMs) {
        return { taken: false, sentence: `Nothing was taken: ${this.trouble}.` };
      }
      await sleep(waitMs);
    }
  }

  private async tryOnce(events: readonly CloudEventLine[]): Promise<Try> {
    const { url, adminKey } = this.settings;
    try {
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents-batch+json',
          authorization: `Bearer ${adminKey}`,
        },
        body: JSON.stringify(events),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      const body: unknown = await response.json().catch(() => null);
      const seconds = Number(response.headers.get('retry-after') ?? NaN);
      return {
        status: response.status,
        body,
        retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null,
      };
    } catch (error) {
      return { failed: sayFetchError(error) };
    }
  }
}

function troubleOf(tried: Try): string | null {
  if ('failed' in tried) return `Kairos does not answer (${tried.failed})`;
  return tried.status < 300 ? null : `Kairos answers ${tried.status}`;
}
