import type { EventBody, EventKind } from '../db/schema/events.ts';

/** An accepted event, as routing reads it. Times in epoch milliseconds of Kairos's time. */
export interface AcceptedEvent {
  seq: number;
  id: string;
  kind: EventKind;
  /** Of a universal event its type. */
  name: string | null;
  /** Who reports a universal event, and of what; null for customer events. */
  source: string | null;
  subject: string | null;
  userId: string | null;
  anonymousId: string | null;
  previousId: string | null;
  admin: boolean;
  /** It came by an import: it counts as a fact and starts, wakes and tells nothing, but for what it ends. */
  imported: boolean;
  body: EventBody;
  occurredAt: number;
  receivedAt: number;
}

/** An event that cannot take effect: routing sets it aside with this code and sentence and goes on. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  readonly seq: number;
  readonly code: string;
  constructor(seq: number, code: string, detail: string) {
    super(detail);
    this.seq = seq;
    this.code = code;
  }
}
