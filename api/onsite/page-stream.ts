import type { Response } from 'express';
import type { OnsiteMessage } from '../../src/db/queries/onsite-messages.ts';
import type { Bounds } from '../../src/domain/bounds.ts';

interface PageStreamParts {
  id: string;
  anonymousId: string;
  res: Response;
  openedMs: number;
  limits: Pick<Bounds, 'onsiteStreamMs' | 'onsiteUnreadBytes'>;
}

/**
 * One page that listens: an answer of server-sent events that does not end by itself. Each `messages` event holds the
 * whole list of what the page has to show.
 */
export class PageStream {
  readonly id: string;
  readonly anonymousId: string;
  readonly #res: Response;
  readonly #unreadBytes: number;
  readonly #endsMs: number;
  #begun = false;
  #told: string | null = null;
  /** What the page had not taken at the last beat. */
  #wasUnread = false;

  constructor({ id, anonymousId, res, openedMs, limits }: PageStreamParts) {
    this.id = id;
    this.anonymousId = anonymousId;
    this.#res = res;
    this.#unreadBytes = limits.onsiteUnreadBytes;
    // Not all at once: pages that came together after a restart do not come back together for ever.
    this.#endsMs = openedMs + limits.onsiteStreamMs * (1 - Number.parseInt(id.slice(-2), 16) / 1_024);
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  begin(): void {
    this.#begun = true;
    this.#res.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'private, no-store, no-transform',
      // Of nginx: what is held back for more to come would come too late.
      'X-Accel-Buffering': 'no',
    });
    this.#res.flushHeaders();
    this.#write('retry: 2000\n\n');
  }

  /** Tells the page its list, if it was told another. */
  tell(messages: readonly OnsiteMessage[]): void {
    const list = JSON.stringify({ items: messages });
    if (!this.#begun || list === this.#told) return;
    this.#told = list;
    this.#write(`event: messages\ndata: ${list}\n\n`);
  }

  /** Says that the stream is there. Ends one that has lasted its time, and cuts off one that nobody reads. */
  beat(nowMs: number): void {
    if (!this.#begun) return;
    if (nowMs >= this.#endsMs) return this.end();
    const isUnread = this.#res.writableLength > 0;
    if (isUnread && this.#wasUnread) return void this.#res.destroy();
    this.#wasUnread = isUnread;
    this.#write(': here\n\n');
  }

  end(): void {
    if (this.#begun) this.#res.end();
    else this.#res.destroy();
  }

  #write(text: string): void {
    this.#res.write(text);
    if (this.#res.writableLength > this.#unreadBytes) this.#res.destroy();
  }
}
