import { maxHeard, type RunDispatch } from '../../src/domain/run-input.ts';
import { isWanted, type Wanted } from './wanted.ts';

/**
 * What a run was told, in the order in which it was meant. Dispatches are numbered 1, 2 … without gaps: one seen
 * before is dropped, one that comes too early waits for those before it. An end is obeyed at once, whatever is
 * missing before it: its row is closed already, so nothing that comes late could change anything.
 */
export class Inbox {
  /** Every dispatch up to this one has come. */
  heardUpTo = 0;
  /** The dispatch that ended the run. */
  end: RunDispatch | null = null;
  readonly #early = new Map<number, RunDispatch>();
  readonly #waiting: RunDispatch[] = [];
  #heard = 0;

  receive(dispatch: RunDispatch): void {
    if (dispatch.kind === 'end') this.end ??= dispatch;
    if (dispatch.seq <= this.heardUpTo) return;
    this.#early.set(dispatch.seq, dispatch);
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#hear(next);
  }

  /** Whether such an event waits to be taken. */
  has(wanted: Wanted): boolean {
    return this.#waiting.some((event) => isWanted(wanted, event));
  }

  /** Takes out the oldest such event; those passed over stay for who wants them. */
  take(wanted: Wanted): RunDispatch | null {
    const place = this.#waiting.findIndex((event) => isWanted(wanted, event));
    return place < 0 ? null : this.#waiting.splice(place, 1)[0]!;
  }

  #next(): RunDispatch | undefined {
    return this.#early.get(this.heardUpTo + 1);
  }

  #hear(dispatch: RunDispatch): void {
    this.#early.delete(dispatch.seq);
    this.heardUpTo = dispatch.seq;
    if (dispatch.kind === 'event' && this.#heard++ < maxHeard) this.#waiting.push(dispatch);
  }
}
