/**
 * Whose event is it? Folds a batch of events, in order, over the ids that are known.
 *
 * - An event with both a `userId` and an `anonymousId` joins that visitor to the user.
 * - A visitor who is already somebody else's moves to the newest user; the past stays with the first.
 * - Two known users are joined only by an `alias` that came with the admin key.
 *
 * The fold touches no database: it answers what has to be written.
 */
import { PoisonEvent, type AcceptedEvent } from './event.ts';

/** A customer while a batch is folded. */
export interface Person {
  id: string;
  /** Known by a `userId`, not only as a visitor. */
  known: boolean;
  armKey: string;
  /** Of one whom nobody knew before: when their first event occurred, epoch milliseconds. */
  firstAt?: number;
  /** The customer who has everything since they were joined. */
  mergedInto: Person | null;
}

export type IdKind = 'user' | 'anonymous';

/** An id that now leads to a customer: new, or moved from another. */
export interface IdLink {
  kind: IdKind;
  externalId: string;
  person: Person;
  at: number;
}

export class Identities {
  /** Links to be written, by kind and id; the last one counts. */
  readonly links = new Map<string, IdLink>();
  readonly created: Person[] = [];
  /** Joined pairs, in order, and the event that joined them. */
  readonly merges: { from: Person; into: Person; by: AcceptedEvent }[] = [];
  private readonly people = new Map<string, Person>();
  private readonly create: (firstId: string, at: number) => Person;

  /** @param create makes a customer for an id never seen before. */
  constructor(create: (firstId: string, at: number) => Person) {
    this.create = create;
  }

  /** Tells an id that the database knows. */
  know(kind: IdKind, externalId: string, person: Person): void {
    this.people.set(place(kind, externalId), person);
  }

  /** The customer an event is of. @throws PoisonEvent when the event asks for what it may not. */
  resolve(event: AcceptedEvent): Person {
    const { userId, anonymousId } = event;
    if (event.kind === 'alias') {
      const person = this.alias(event);
      return anonymousId === null ? person : this.joinVisitor(userId!, anonymousId, event);
    }
    if (userId !== null && anonymousId !== null) return this.joinVisitor(userId, anonymousId, event);
    if (userId !== null) return this.findOrCreate('user', userId, event.occurredAt);
    if (anonymousId !== null) return this.findOrCreate('anonymous', anonymousId, event.occurredAt);
    throw new PoisonEvent(event.seq, 'no-identity', 'The event has neither a userId nor an anonymousId.');
  }

  private alias(event: AcceptedEvent): Person {
    const { userId, previousId } = event;
    if (userId === null || previousId === null) {
      throw new PoisonEvent(event.seq, 'no-identity', 'An alias needs a userId and a previousId.');
    }
    const previous = this.find('user', previousId);
    if (!previous) return this.joinVisitor(userId, previousId, event);
    const user = this.find('user', userId);
    if (user === previous) return previous;
    // A new name for one user joins nobody.
    if (!user) return this.link('user', userId, previous, event.occurredAt);
    if (!event.admin) {
      throw new PoisonEvent(
        event.seq,
        'alias-needs-admin',
        'The previousId and the userId are both known users: send this alias with the admin key to join the two.',
      );
    }
    return this.merge(previous, user, event);
  }

  private joinVisitor(userId: string, anonymousId: string, event: AcceptedEvent): Person {
    const at = event.occurredAt;
    const user = this.find('user', userId);
    const visitor = this.find('anonymous', anonymousId);
    if (!visitor) {
      const person = user ?? this.findOrCreate('user', userId, at);
      return this.link('anonymous', anonymousId, person, at);
    }
    if (user === visitor) return visitor;
    if (!visitor.known)
      return user ? this.merge(visitor, user, event) : this.link('user', userId, visitor, at);
    const person = user ?? this.findOrCreate('user', userId, at);
    return this.link('anonymous', anonymousId, person, at);
  }

  private merge(from: Person, into: Person, by: AcceptedEvent): Person {
    from.mergedInto = into;
    this.merges.push({ from, into, by });
    return into;
  }

  private find(kind: IdKind, externalId: string): Person | undefined {
    const person = this.people.get(place(kind, externalId));
    return person && survivor(person);
  }

  private findOrCreate(kind: IdKind, externalId: string, at: number): Person {
    const found = this.find(kind, externalId);
    if (found) return found;
    const person = this.create(externalId, at);
    this.created.push(person);
    return this.link(kind, externalId, person, at);
  }

  private link(kind: IdKind, externalId: string, person: Person, at: number): Person {
    if (kind === 'user') person.known = true;
    this.people.set(place(kind, externalId), person);
    this.links.set(place(kind, externalId), { kind, externalId, person, at });
    return person;
  }
}

/** Who has everything that this customer had. */
export function survivor(person: Person): Person {
  let last = person;
  while (last.mergedInto) last = last.mergedInto;
  return last;
}

const place = (kind: IdKind, externalId: string) => `${kind}:${externalId}`;
