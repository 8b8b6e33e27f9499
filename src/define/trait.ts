import type { DateTest, Scalar, TraitPredicate, ValueTest } from './predicate-data.ts';
import { above, atLeast, atMost, below } from './value-test.ts';

/**
 * A trait, to be asked something: `trait('country').is('DE')`, `trait('birthday').isAnniversary()`. What is not there
 * fails every question.
 */
export class TraitNamed {
  private readonly named: Pick<TraitPredicate, 'trait' | 'origin'>;

  constructor(trait: string, origin: TraitPredicate['origin']) {
    this.named = { trait, origin };
  }

  isKnown(): TraitPredicate {
    return this.that({ is: 'known' });
  }

  is(value: Scalar): TraitPredicate {
    return this.that({ is: 'one-of', among: [value] });
  }

  isOneOf(...among: [Scalar, ...Scalar[]]): TraitPredicate {
    return this.that({ is: 'one-of', among });
  }

  /** It is this, or a list with this in it. */
  has(value: Scalar): TraitPredicate {
    return this.that({ is: 'has', value });
  }

  atLeast(than: number): TraitPredicate {
    return this.that(atLeast(than));
  }

  atMost(than: number): TraitPredicate {
    return this.that(atMost(than));
  }

  above(than: number): TraitPredicate {
    return this.that(above(than));
  }

  below(than: number): TraitPredicate {
    return this.that(below(than));
  }

  /** A date of today, in the customer's own zone. */
  isToday(): TraitPredicate {
    return this.days(0, 0);
  }

  /** A date in so many days, counted in the customer's calendar. */
  isInDays(days: number): TraitPredicate {
    return this.days(days, days);
  }

  /** A date of so many days ago. */
  wasDaysAgo(days: number): TraitPredicate {
    return this.days(-days, -days);
  }

  /** A date from today to in so many days. */
  isWithinDays(days: number): TraitPredicate {
    return this.days(0, days);
  }

  /** A date from so many days ago to today. */
  wasWithinDays(days: number): TraitPredicate {
    return this.days(-days, 0);
  }

  /** A date before today. */
  isPast(): TraitPredicate {
    return this.days(null, -1);
  }

  /** A date after today. */
  isFuture(): TraitPredicate {
    return this.days(1, null);
  }

  /** Today is an anniversary of the date; that of 29 February is 28 February in other years. */
  isAnniversary(): TraitPredicate {
    return this.days(0, 0, true);
  }

  /** An anniversary is in so many days. */
  hasAnniversaryInDays(days: number): TraitPredicate {
    return this.days(days, days, true);
  }

  /** An anniversary is today or in so many days or fewer. */
  hasAnniversaryWithinDays(days: number): TraitPredicate {
    return this.days(0, days, true);
  }

  /** A date before that day: `2026-01-31`. */
  isBefore(day: string): TraitPredicate {
    return this.that({ is: 'date', from: null, before: day });
  }

  /** A date of that day or later. */
  isFrom(day: string): TraitPredicate {
    return this.that({ is: 'date', from: day, before: null });
  }

  private days(from: number | null, to: number | null, yearly = false): TraitPredicate {
    // Of 0, -0 would be another definition in JSON's eyes and none in ours.
    const whole = (days: number | null) => (days === 0 ? 0 : days);
    return this.that({ is: 'day', from: whole(from), to: whole(to), yearly });
  }

  private that(test: ValueTest | DateTest | TraitPredicate['test']): TraitPredicate {
    return { kind: 'trait', ...this.named, test };
  }
}

/** A trait of whatever origin. */
export const trait = (name: string): TraitNamed => new TraitNamed(name, null);

/** A trait that the customer stated themselves (`traits.stated.*`). */
export const stated = (name: string): TraitNamed => new TraitNamed(name, 'stated');
