/**
 * Who is in which segment, folded in order over what is known: each look at a customer tells what holds after an event,
 * or after some time, and what was different before is a change.
 *
 *   not a member, holds now      ->  `Segment Entered`
 *   a member, holds no longer    ->  `Segment Left`, before what the same cause lets them enter
 *   another persona than before  ->  `Persona Changed`, after both
 *
 * A silent look (an import, a join of two customers) changes the memberships and derives nothing. Entering and leaving
 * the same segment alternate in time as they do in order: what follows from an event that came late is as old as the
 * change before it, at the most. No database, no clock: what has to be written is answered.
 */
import { personaOf, type Personas } from '../define/personas.ts';
import type { DerivedName } from '../domain/derived-event.ts';
import type { Derivation } from './derived-events.ts';
import type { AcceptedEvent } from './event.ts';

/** What is kept of a customer and a segment. Times in epoch milliseconds of Kairos's time. */
export interface Membership {
  customerId: string;
  segment: string;
  isMember: boolean;
  /** Since when they are in it, or not. */
  since: number;
  /** When to look again though nothing happens; null: never. */
  nextAt: number | null;
}

/** What holds of a customer now. */
export interface Answer {
  segment: string;
  holds: boolean;
  nextAt: number | null;
}

/** A look at a customer: why, and what was found, in the order of the segments. */
export interface Look {
  customerId: string;
  cause: AcceptedEvent | null;
  at: number;
  isSilent: boolean;
  answers: readonly Answer[];
}

export class MembershipBook {
  /** By customer and segment. */
  private readonly members = new Map<string, Map<string, Membership>>();
  private readonly changes = new Map<string, Pick<Membership, 'customerId' | 'segment'>>();
  private readonly derived: Derivation[] = [];
  private readonly personasNow = new Map<string, string>();
  private readonly personas: Personas | null;

  /** @param personas Null while not all of their segments are known here. */
  constructor(known: readonly Membership[], personas: Personas | null) {
    for (const membership of known) this.set(membership);
    this.personas = personas;
  }

  /** What was found out late: it held before everything else. */
  learn(membership: Membership): void {
    this.set(membership);
    this.changes.set(placeOf(membership), membership);
  }

  isKnown(customerId: string, segment: string): boolean {
    return this.find(customerId, segment) !== undefined;
  }

  /** What is kept of a customer and a segment; who has no row of it is not in it, and will not be by time alone. */
  standing(customerId: string, segment: string): Pick<Membership, 'isMember' | 'nextAt'> {
    return this.find(customerId, segment) ?? outside;
  }

  look(look: Look): void {
    const before = this.personaNow(look.customerId);
    const turned = look.answers.filter((answer) => this.write(look, answer));
    if (!look.isSilent) {
      for (const { segment } of turned.filter(({ holds }) => !holds))
        this.tell(look, 'Segment Left', segment);
      for (const { segment } of turned.filter(({ holds }) => holds))
        this.tell(look, 'Segment Entered', segment);
    }
    this.changePersona(look, before);
  }

  /** Memberships that are to be written. */
  changed(): Membership[] {
    return [...this.changes.values()].map(({ customerId, segment }) => this.find(customerId, segment)!);
  }

  /** The personas of those who were looked at, by customer. */
  personasOf(): ReadonlyMap<string, string> {
    return this.personasNow;
  }

  /**
   * What follows, in the order of the events. @param lastAt when such an event of a customer's last occurred, by `derivationPlace`: none
   * that follows may be older. The memberships begin with what is told here.
   */
  derivations(lastAt: ReadonlyMap<string, number>): Derivation[] {
    const latest = new Map(lastAt);
    const inOrder = [...this.derived].sort((a, b) => (a.cause?.seq ?? 0) - (b.cause?.seq ?? 0));
    return inOrder.map((one) => {
      const place = derivationPlace(one);
      const occurredAt = Math.max(one.occurredAt, latest.get(place) ?? -Infinity);
      latest.set(place, occurredAt);
      const membership = this.find(one.customerId, one.subject);
      if (one.name !== 'Persona Changed' && membership) membership.since = occurredAt;
      return { ...one, occurredAt };
    });
  }

  /** Who has changed in a way that is told. */
  told(): string[] {
    return [...new Set(this.derived.map(({ customerId }) => customerId))];
  }

  /** Whether the customer came into the segment, or left it. */
  private write({ customerId, at }: Look, { segment, holds, nextAt }: Answer): boolean {
    const known = this.find(customerId, segment);
    const was = known?.isMember ?? false;
    if (was === holds && (known?.nextAt ?? null) === nextAt) return false;
    const since = known && was === holds ? known.since : at;
    const membership = { customerId, segment, isMember: holds, since, nextAt };
    this.set(membership);
    this.changes.set(placeOf(membership), membership);
    return was !== holds;
  }

  private find(customerId: string, segment: string): Membership | undefined {
    return this.members.get(customerId)?.get(segment);
  }

  private set(membership: Membership): void {
    const { customerId, segment } = membership;
    const ofCustomer = this.members.get(customerId) ?? new Map<string, Membership>();
    this.members.set(customerId, ofCustomer.set(segment, membership));
  }

  private tell({ customerId, cause, at }: Look, name: DerivedName, segment: string): void {
    this.derived.push({
      ...{ customerId, name, subject: segment, properties: { segment }, occurredAt: at, cause },
    });
  }

  private changePersona({ customerId, cause, at, isSilent }: Look, from: string | null): void {
    const to = this.personaNow(customerId);
    if (to === null || from === null) return;
    this.personasNow.set(customerId, to);
    if (isSilent || from === to) return;
    this.derived.push({
      ...{
        customerId,
        name: 'Persona Changed',
        subject: to,
        properties: { from, to },
        occurredAt: at,
        cause,
      },
    });
  }

  private personaNow(customerId: string): string | null {
    if (this.personas === null) return null;
    const isIn = (segment: string) => this.standing(customerId, segment).isMember;
    return personaOf(this.personas, isIn);
  }
}

/** What one event of a customer's must not be older than: the one before it of the same segment, or of the personas. */
export function derivationPlace({
  customerId,
  name,
  subject,
}: Pick<Derivation, 'customerId' | 'name' | 'subject'>): string {
  return name === 'Persona Changed' ? `${customerId}//` : `${customerId}/${subject}`;
}

const outside: Pick<Membership, 'isMember' | 'nextAt'> = { isMember: false, nextAt: null };

const placeOf = ({ customerId, segment }: Pick<Membership, 'customerId' | 'segment'>) =>
  `${customerId}/${segment}`;
