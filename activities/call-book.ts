import type { CallOutcome } from './channels/channel.ts';

/**
 * How many calls are remembered; beyond, the oldest is forgotten, which makes it `unknown` at worst. More than what the
 * waves that a process serves at once (40, a page of a thousand under way in each and one ahead) can have in hand.
 */
const mostRemembered = 100_000;

interface Entry {
  /** Which call of the delivery: its row's `callingAt`, epoch milliseconds. */
  callingAt: number;
  /** A call before this one ended in doubt: that this one was not made does not say that the message was not taken. */
  isRepeat: boolean;
  /** Null: not made yet. */
  outcome: CallOutcome | null;
}

/**
 * What this process knows of its calls and the ledger may not say yet.
 *
 * Whoever commits `intended` holds a permit for one call, and the call is made by whoever takes it. A permit is in no
 * table: it dies with the process, and then nobody calls. While the process lives, an attempt whose commit or whose
 * last write failed (the database went away) leaves behind what the next attempt needs to know for certain that no
 * call was made, or how it ended.
 */
export class CallBook {
  private readonly entries = new Map<string, Entry>();

  /** Before the commit that allows the call. An older permit of the delivery is void. */
  permit(deliveryId: string, callingAt: number, isRepeat = false): void {
    this.entries.delete(deliveryId);
    this.entries.set(deliveryId, { callingAt, isRepeat, outcome: null });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= mostRemembered) break;
      this.entries.delete(oldest);
    }
  }

  /** Whether that call certainly has not been made. */
  holds(deliveryId: string, callingAt: number): boolean {
    const entry = this.entries.get(deliveryId);
    return entry?.callingAt === callingAt && entry.outcome === null;
  }

  /** Right before the call: true for one caller, once. */
  take(deliveryId: string, callingAt: number): boolean {
    return this.holds(deliveryId, callingAt) && this.entries.delete(deliveryId);
  }

  /**
   * Takes back the permit for a call that was not made, so that nobody makes it any more; true if the message certainly
   * was not taken: not where that call was to repeat one that ended in doubt.
   */
  takeBack(deliveryId: string, callingAt: number): boolean {
    const isRepeat = this.entries.get(deliveryId)?.isRepeat;
    return this.take(deliveryId, callingAt) && !isRepeat;
  }

  /** Right after the call. */
  note(deliveryId: string, callingAt: number, outcome: CallOutcome): void {
    this.permit(deliveryId, callingAt);
    this.entries.set(deliveryId, { callingAt, isRepeat: false, outcome });
  }

  /** How that call ended, if it was made here. */
  outcomeOf(deliveryId: string, callingAt: number): CallOutcome | null {
    const entry = this.entries.get(deliveryId);
    return entry?.callingAt === callingAt ? entry.outcome : null;
  }

  /** The ledger says all of that call. */
  forget(deliveryId: string, callingAt: number): void {
    if (this.entries.get(deliveryId)?.callingAt === callingAt) this.entries.delete(deliveryId);
  }
}
