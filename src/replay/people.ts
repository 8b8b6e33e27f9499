import type { RecordedMessage } from './recorded-message.ts';

/** The ids under which somebody is identified, and the one their address is made of. */
export interface FirstMeeting {
  id: string;
  userId?: string;
  anonymousId?: string;
}

const remembered = 500_000;

/**
 * Who has been met in a recording. One person is who Kairos takes for one: a visitor who shows a `userId` is that user
 * from then on, and on a shared device the `anonymousId` moves to the newest user.
 *
 * Of the ids, only the last half million are remembered, so that a recording may have any length. Who was forgotten is
 * met again, and identified with the same message id: a duplicate that changes nothing.
 */
export class People {
  /** Users by id, and visitors with the user they are, or null. The longest unmet come first. */
  private readonly users = new Map<string, null>();
  private readonly visitors = new Map<string, string | null>();
  private readonly limit: number;

  constructor(limit: number = remembered) {
    this.limit = limit;
  }

  /** Notes who a message is of. Answers how to identify them when it is their first, else null. */
  meet({ body }: RecordedMessage): FirstMeeting | null {
    const userId = body.userId ?? null;
    const anonymousId = (body.type === 'alias' ? body.previousId : body.anonymousId) ?? null;
    if (userId === null) return anonymousId === null ? null : this.meetVisitor(anonymousId);
    const owner = anonymousId === null ? undefined : this.visitors.get(anonymousId);
    const isNew = !this.users.has(userId) && owner !== null;
    remember(this.users, userId, null, this.limit);
    if (anonymousId !== null) remember(this.visitors, anonymousId, userId, this.limit);
    if (!isNew) return null;
    // An alias says itself that the two are one, and is refused for two users: nothing is joined ahead of it.
    const joins = anonymousId !== null && body.type !== 'alias';
    return { id: userId, userId, ...(joins ? { anonymousId } : {}) };
  }

  private meetVisitor(anonymousId: string): FirstMeeting | null {
    const isNew = !this.visitors.has(anonymousId);
    remember(this.visitors, anonymousId, this.visitors.get(anonymousId) ?? null, this.limit);
    return isNew ? { id: anonymousId, anonymousId } : null;
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > limit) map.delete(map.keys().next().value!);
}
