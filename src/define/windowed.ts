import type { Span } from '../domain/span.ts';
import type { Times, Window } from './predicate-data.ts';

const anyTime: Window = { within: null, longerAgoThan: null, since: null, until: null };
export const once: Times = { atLeast: 1, atMost: null };

/** What has to have happened at some time; each step narrows it and gives a new predicate. */
export abstract class Windowed {
  readonly window: Window = anyTime;

  /** In the last so much time; what is exactly so old is out of it. */
  within(span: Span): this {
    return this.when({ within: span });
  }

  /** So long ago or longer. */
  longerAgoThan(span: Span): this {
    return this.when({ longerAgoThan: span });
  }

  /** From a moment on: `2026-05-01` (midnight UTC) or `2026-05-01T09:00:00Z`. */
  since(moment: string): this {
    return this.when({ since: moment });
  }

  /** Before a moment. */
  until(moment: string): this {
    return this.when({ until: moment });
  }

  protected but(changes: Partial<this>): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, changes);
  }

  private when(window: Partial<Window>): this {
    return this.but({ window: { ...this.window, ...window } } as Partial<this>);
  }
}
