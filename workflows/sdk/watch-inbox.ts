import type { RunDispatch } from '../../src/domain/run-input.ts';
import {
  occurrencesKept,
  wakeCarrying,
  type WatchInput,
  type WatchWake,
} from '../../src/domain/watch-input.ts';

/** After so many signals the workflow is to be carried over: its history holds each of them. */
const manySignals = 500;

/**
 * What a watch was told. Wakes are numbered without gaps: one seen before is dropped, one that comes too early waits
 * for those before it. Of each name only the newest is kept, because what it says is looked up anew before anything
 * is done about it; but of those that are told apart, as they stand for themselves, each, to be taken one after the
 * other, of very many the newest. So the inbox stays small however long nobody takes from it. An end is obeyed at once.
 */
export class WatchInbox {
  /** Every wake up to this one has come. */
  heardUpTo: number;
  /** The dispatch that ended the run. */
  end: RunDispatch | null = null;
  /** By name, never empty. */
  readonly #kept = new Map<string, WatchWake[]>();
  readonly #ownOf: (wake: WatchWake) => string | null;
  readonly #early = new Map<number, WatchWake>();
  #signals = 0;

  /** @param ownOf what tells a wake from others of its name that stand for themselves; null: it replaces those before it. */
  constructor(
    { heardUpTo, wake, state }: Pick<WatchInput, 'heardUpTo' | 'wake' | 'state'>,
    ownOf: (wake: WatchWake) => string | null = () => null,
  ) {
    this.#ownOf = ownOf;
    this.heardUpTo = state?.heardUpTo ?? heardUpTo;
    for (const left of state?.inbox ?? [wake]) {
      if (left.seq <= this.heardUpTo) this.#keep(left);
      else this.#early.set(left.seq, left);
    }
  }

  receive(dispatch: RunDispatch): void {
    this.#signals += 1;
    if (dispatch.kind === 'end') {
      this.end ??= dispatch;
      return;
    }
    if (dispatch.seq <= this.heardUpTo) return;
    this.#early.set(dispatch.seq, wakeOf(dispatch));
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#early.delete(next.seq);
      this.heardUpTo = next.seq;
      this.#keep(next);
    }
  }

  /** Whether so much was told that the next workflow should hear the rest. */
  get isFull(): boolean {
    return this.#signals >= manySignals;
  }

  has(name: string): boolean {
    return this.#kept.has(name);
  }

  /** Takes out the newest of this name; of those that stand for themselves the oldest. */
  take(name: string): WatchWake | null {
    const [wake, ...rest] = this.#kept.get(name) ?? [];
    if (rest.length > 0) this.#kept.set(name, rest);
    else this.#kept.delete(name);
    return wake ?? null;
  }

  /** What the next workflow is handed. */
  get left(): WatchWake[] {
    return [...[...this.#kept.values()].flat(), ...this.#early.values()].sort((a, b) => a.seq - b.seq);
  }

  #next(): WatchWake | undefined {
    return this.#early.get(this.heardUpTo + 1);
  }

  #keep(wake: WatchWake): void {
    const own = this.#ownOf(wake);
    const before = this.#kept.get(wake.name) ?? [];
    const all = [...before, wake].sort((a, b) => a.seq - b.seq);
    const newest = new Map(all.map((one) => [this.#ownOf(one), one.seq]));
    const kept = all.filter((one) => newest.get(this.#ownOf(one)) === one.seq);
    this.#kept.set(wake.name, kept.slice(own === null ? -1 : -occurrencesKept));
  }
}

function wakeOf({ seq, name, at, carries }: RunDispatch): WatchWake {
  return wakeCarrying({ seq, name, at }, carries);
}
