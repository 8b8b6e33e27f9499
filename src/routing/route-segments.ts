/**
 * Segments and personas kept current within a routing transaction: before the first round of a batch the memberships of
 * everybody concerned are loaded, after each round its customers are looked at in the segments that its events touch,
 * and in the end the memberships, the personas and what follows from them are written.
 *
 * For a segment that is being computed it is not known whether a customer was in it before: then it is asked before the
 * batch has any effect. So nobody's entering is missed, or told who was in it all along.
 */
import type { TransactionSql } from 'postgres';
import { evaluateTogether, type AskedTogether } from '../db/queries/evaluate-together.ts';
import { lastChanges, loadMemberships, saveMemberships, savePersonas } from '../db/queries/memberships.ts';
import { askForLooks } from '../db/queries/segment-looks.ts';
import { together } from '../db/together.ts';
import type { Predicate } from '../define/predicate-data.ts';
import type { Effect } from '../define/predicate-effect.ts';
import { deriveEvents } from './derived-events.ts';
import type { AcceptedEvent } from './event.ts';
import type { StandingSegments } from './kept-segments.ts';
import { derivationPlace, MembershipBook, type Answer } from './membership-book.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import type { TouchingEvent } from './rounds.ts';
import type { KeptSegment } from './segment-index.ts';

/** A customer whom something concerns, and the segments in which to look at them. */
export interface Concerned {
  customerId: string;
  segments: readonly KeptSegment[];
}

/** Why a customer is looked at. `at` in epoch milliseconds of Kairos's time. */
export interface Reason extends Concerned {
  cause: AcceptedEvent | null;
  at: number;
  /** It changes memberships and derives nothing. */
  isSilent: boolean;
  /** What the cause may do to these segments, as far as it is known. */
  effects?: ReadonlyMap<KeptSegment, Effect>;
}

/** What follows from an event, by its number; from time alone: 0. */
export interface DerivedEvent extends OwnedEvent {
  after: number;
}

/** Looks at customers in one routing transaction, and keeps what it finds in memory until `close`. */
export class SegmentLooks {
  private readonly tx: TransactionSql;
  private readonly context: RoutingContext;
  private readonly standing: StandingSegments;
  private readonly book: MembershipBook;
  private readonly now: Date;
  private readonly keptNames: ReadonlySet<string>;

  private constructor(
    tx: TransactionSql,
    context: RoutingContext,
    { standing, book, now }: { standing: StandingSegments; book: MembershipBook; now: Date },
  ) {
    this.tx = tx;
    this.context = context;
    this.standing = standing;
    this.book = book;
    this.now = now;
    this.keptNames = new Set(standing.kept.map(({ name }) => name));
  }

  /**
   * Loads what is known of those who will be looked at, before anything of theirs changes.
   * @param about `newcomers`: those of them whom nobody knew before. `now`: as of when they are looked at, if that is
   * not the present.
   */
  static async open(
    tx: TransactionSql,
    context: RoutingContext,
    standing: StandingSegments,
    {
      concerned,
      newcomers,
      now = context.clock.now(),
    }: { concerned: readonly Concerned[]; newcomers: ReadonlySet<string>; now?: Date },
  ): Promise<SegmentLooks> {
    const personas = personasKnown(context, standing);
    const asked = new Map<string, Set<string>>();
    for (const { customerId, segments } of concerned) {
      if (segments.length === 0) continue;
      const names = asked.get(customerId) ?? new Set(personas?.segments.map(({ name }) => name));
      for (const { name } of segments) names.add(name);
      asked.set(customerId, names);
    }
    const book = new MembershipBook(await loadMemberships(tx, asked, standing.generations), personas);
    const looks = new SegmentLooks(tx, context, { standing, book, now });
    await looks.learn(concerned, newcomers);
    return looks;
  }

  /** Looks at these customers, each in its segments, by what is written now. In the order of what follows from it. */
  async look(reasons: readonly Reason[], asOf = this.now): Promise<void> {
    const needed = reasons.map((reason) => ({
      ...reason,
      segments: reason.segments.filter((segment) => !this.isConfirmed(reason, segment)),
    }));
    const answers = await this.answers(this.askedOf(needed), asOf);
    for (const { segments, ...reason } of needed) {
      const found = segments.flatMap((segment) => answers.get(segment.name)?.get(reason.customerId) ?? []);
      if (found.length > 0) this.book.look({ ...reason, answers: found });
    }
  }

  /**
   * Leaves out, of the events of a batch in their order, the segments in which they only confirm what is known before its
   * first round. Behind one that may change it nothing is known.
   */
  worthALook<Event extends TouchingEvent>(events: readonly Event[]): Event[] {
    const changing = new Map<string, Set<KeptSegment>>();
    return events.map((event) => {
      const ofCustomer = changing.get(event.customerId) ?? new Set();
      changing.set(event.customerId, ofCustomer);
      const segments = event.segments.filter((segment) => {
        if (!ofCustomer.has(segment) && this.isConfirmed(event, segment)) return false;
        ofCustomer.add(segment);
        return true;
      });
      return { ...event, segments };
    });
  }

  /** Tells the routers of other releases whom to look at again: they know by themselves what concerns them. */
  async tellOthers(customerIds: readonly string[]): Promise<void> {
    await this.lookLater(this.standing.foreign, customerIds);
  }

  /** Lets customers be looked at again by and by, of whom nothing was loaded here. */
  async lookLater(segments: readonly string[], customerIds: readonly string[]): Promise<void> {
    await askForLooks(this.tx, { segments, customerIds, at: this.now });
  }

  /**
   * Writes all that was found, and gives the events that follow: `after`, by its number, the event that each follows from.
   * @param written The personas that stand in the customers' rows, as far as they are known.
   */
  async close(written: ReadonlyMap<string, string | null> = new Map()): Promise<DerivedEvent[]> {
    const { tx, context, book, standing } = this;
    const told = book.told();
    const last = new Map<string, number>();
    for (const change of told.length === 0 ? [] : await lastChanges(tx, told)) {
      const place = derivationPlace(change);
      last.set(place, Math.max(change.at, last.get(place) ?? -Infinity));
    }
    const derivations = book.derivations(last);
    const computing = new Set(standing.computing.map(({ name }) => name));
    const { otherwise } = context.segments.personas;
    const personas = [...book.personasOf()]
      .map(([customerId, persona]) => ({ customerId, persona: persona === otherwise ? null : persona }))
      .filter(({ customerId, persona }) => written.get(customerId) !== persona);
    const [events] = await together([
      deriveEvents(tx, context, derivations),
      saveMemberships(tx, book.changed(), { generations: standing.generations, computing, now: this.now }),
      savePersonas(tx, personas),
    ]);
    return events.map((event, place) => ({ ...event, after: derivations[place]!.cause?.seq ?? 0 }));
  }

  /**
   * Asks, for the segments that are being computed, whether customers were in them of whom it is not known: in those
   * that may change, and in those of the personas. Newcomers were in none.
   */
  private async learn(concerned: readonly Concerned[], newcomers: ReadonlySet<string>): Promise<void> {
    const { computing } = this.standing;
    if (computing.length === 0) return;
    const ofPersonas = new Set(this.context.segments.personas.segments.map(({ name }) => name));
    const unknown = concerned.map(({ customerId, segments }) => ({
      customerId,
      segments: computing
        .filter(({ name }) => !this.book.isKnown(customerId, name))
        .filter((segment) => segments.includes(segment) || ofPersonas.has(segment.name)),
    }));
    const asked = this.askedOf(unknown.filter(({ customerId }) => !newcomers.has(customerId)));
    for (const [segment, answers] of await this.answers(asked, this.now)) {
      for (const [customerId, { holds, nextAt }] of answers) {
        this.book.learn({ customerId, segment, isMember: holds, since: this.now.getTime(), nextAt });
      }
    }
  }

  /** Whether by an event the customer stays in a segment, or out of it, at least until it is looked at again anyway. */
  private isConfirmed(
    { customerId, effects }: Pick<Reason, 'customerId' | 'effects'>,
    segment: KeptSegment,
  ): boolean {
    const effect = effects?.get(segment);
    // While a segment is being computed, who has no row is not known to be out of it.
    if (!effect || !this.keptNames.has(segment.name)) return false;
    const { isMember, nextAt } = this.book.standing(customerId, segment.name);
    const until = nextAt ?? Infinity;
    return until > this.now.getTime() && (isMember ? effect.lowersFrom : effect.raisesFrom) >= until;
  }

  private askedOf(concerned: readonly Concerned[]): Map<KeptSegment, Set<string>> {
    const asked = new Map<KeptSegment, Set<string>>();
    for (const { customerId, segments } of concerned) {
      for (const segment of segments) {
        if (!this.standing.generations.has(segment.name)) continue;
        asked.set(segment, (asked.get(segment) ?? new Set()).add(customerId));
      }
    }
    return asked;
  }

  /**
   * One statement for all that is asked. Its plan is kept: for a few customers, looked up by key, making one takes longer
   * than carrying it out. It is made anew when the statistics are.
   */
  private async answers(
    asked: ReadonlyMap<KeptSegment, ReadonlySet<string>>,
    now: Date,
  ): Promise<Map<string, Map<string, Answer>>> {
    if (asked.size === 0) return new Map();
    const { predicates } = this.context.segments;
    const [, found] = await together([
      this.tx`set local plan_cache_mode = force_generic_plan`.execute(),
      evaluateTogether(this.tx, predicates, { asked: askedOfEach(asked), now }),
      this.tx`set local plan_cache_mode = force_custom_plan`.execute(),
    ]);
    return new Map(
      [...asked].map(([{ name, where }, who]) => {
        const answers = new Map([...who].map((id): [string, Answer] => [id, outside(name)]));
        for (const { customerId, holds, nextAt } of found.get(where)!) {
          if (who.has(customerId))
            answers.set(customerId, { segment: name, holds, nextAt: laterThan(now, nextAt) });
        }
        return [name, answers];
      }),
    );
  }
}

/** Looking again at the very moment would find the same. */
function laterThan(now: Date, nextAt: Date | null): number | null {
  return nextAt && Math.max(nextAt.getTime(), now.getTime() + 1);
}

/** Two segments may ask the same. */
function askedOfEach(asked: ReadonlyMap<KeptSegment, ReadonlySet<string>>): AskedTogether {
  const each = new Map<Predicate, ReadonlySet<string>>();
  for (const [{ where }, who] of asked) each.set(where, new Set([...(each.get(where) ?? []), ...who]));
  return each;
}

const outside = (segment: string): Answer => ({ segment, holds: false, nextAt: null });

/** The personas, unless one of their segments is another release's. */
function personasKnown({ segments: { personas } }: RoutingContext, { generations }: StandingSegments) {
  return personas.segments.every(({ name }) => generations.has(name)) ? personas : null;
}
