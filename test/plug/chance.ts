/** Random numbers that a seed repeats (mulberry32): a run that failed can be looked at again. */
export class Chance {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer of [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  happens(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    return list.map(() => left.splice(this.between(0, left.length - 1), 1)[0]!);
  }

  /** Another source of its own, so that how often one is asked changes nothing for the others. */
  fork(): Chance {
    return new Chance(this.between(0, 2 ** 32 - 1));
  }
}

/** The seed of KAIROS_PLUG_SEED, else a new one. */
export function chanceOfThisRun(): Chance {
  return new Chance(Number(process.env['KAIROS_PLUG_SEED'] ?? Math.floor(Math.random() * 2 ** 32)));
}
