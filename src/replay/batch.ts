import { bounds } from '../domain/bounds.ts';
import type { Outgoing, OutgoingMessage } from './outgoing.ts';
import { placeTimes } from './rhythm.ts';

/** What fits into one request, with room for what the client puts around the messages. */
const most = { messages: 100, bytes: bounds.batchBytes - 4_096 } as const;

/** The batch size of the client: with it, a whole batch is one request. */
export const batchMessages = most.messages;

/** Messages that go out together, in order. */
export class Batch {
  readonly items: Outgoing[] = [];
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

  add(item: Outgoing, dueMs: number): void {
    this.items.push(item);
    this.dues.push(dueMs);
    this.bytes += item.bytes;
  }

  /** Its messages with their time stamps: none before `sinceMs`, none after `nowMs`. Real epoch milliseconds. */
  stamped(sinceMs: number, nowMs: number): OutgoingMessage[] {
    const times = placeTimes(this.dues, sinceMs, nowMs);
    return this.items.map(
      ({ message }, index) => ({ ...message, timestamp: new Date(times[index]!) }) as OutgoingMessage,
    );
  }
}
