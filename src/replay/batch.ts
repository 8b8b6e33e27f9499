import { bounds } from '../domain/bounds.ts';
import type { Outgoing, OutgoingEvent, OutgoingMessage } from './outgoing.ts';
import type { CloudEventLine } from './recorded-event.ts';
import { placeTimes } from './rhythm.ts';

/** What fits into one request, with room for what the client puts around the messages. */
const most = { messages: 100, bytes: bounds.batchBytes - 4_096 } as const;

/** The batch size of the client: with it, a whole batch is one request. */
export const batchMessages = most.messages;

/** What a request carries: messages, or CloudEvents, with their times. */
export type Stamped =
  { kind: 'messages'; messages: OutgoingMessage[] } | { kind: 'events'; events: CloudEventLine[] };

/** What goes out together, in order: messages, or CloudEvents, for each has a path of its own. */
export class Batch {
  readonly items: (Outgoing | OutgoingEvent)[] = [];
  private readonly dues: number[] = [];
  private bytes = 0;

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  /** When its first message was due. Real epoch milliseconds. */
  get dueMs(): number {
    return this.dues[0]!;
  }

  /** Whether another message fits, also if somebody has to be identified before it. */
  hasRoomFor(bytes: number): boolean {
    return this.items.length + 2 <= most.messages && this.bytes + 2 * bytes <= most.bytes;
  }

  /** Whether these go to the path that the batch goes to. */
  isFor(kind: Stamped['kind']): boolean {
    return this.isEmpty || this.kind === kind;
  }

  add(item: Outgoing | OutgoingEvent, dueMs: number): void {
    this.items.push(item);
    this.dues.push(dueMs);
    this.bytes += item.bytes;
  }

  /** What it carries, with times: none before `sinceMs`, none after `nowMs`. Real epoch milliseconds. */
  stamped(sinceMs: number, nowMs: number): Stamped {
    const times = placeTimes(this.dues, sinceMs, nowMs).map((ms) => new Date(ms));
    if (this.kind === 'messages') {
      const messages = this.items.flatMap((item, index) =>
        'message' in item ? [{ ...item.message, timestamp: times[index]! } as OutgoingMessage] : [],
      );
      return { kind: 'messages', messages };
    }
    const events = this.items.flatMap((item, index) =>
      'event' in item ? [{ ...item.event, time: times[index]!.toISOString() }] : [],
    );
    return { kind: 'events', events };
  }

  private get kind(): Stamped['kind'] {
    return 'event' in this.items[0]! ? 'events' : 'messages';
  }
}
