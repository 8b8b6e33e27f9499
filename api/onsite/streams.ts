/**
 * The pages of the shop that listen to this process. A page is told the whole list of what it has to show, first when it
 * comes and then whenever the list is another: so nothing is lost or told twice, whatever is placed between two looks,
 * and what was closed elsewhere, has expired or is another user's by now goes from the page.
 *
 * Who places a message notifies the database, which wakes every process; each asks for the lists of those customers and
 * tells the pages that are its own. Every beat it says on each stream that it is there, says in the database that the
 * visitor is, and looks at all lists, as ids may lead to other customers by now. Whose connection was lost meanwhile
 * looks at all lists when it is back.
 */
import type { Response } from 'express';
import type { Clock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/connect.ts';
import { onsiteMessages, type OnsiteMessage } from '../../src/db/queries/onsite-messages.ts';
import { onsiteChannel } from '../../src/db/queries/onsite-place.ts';
import { keepOnsiteStreams, openOnsiteStream } from '../../src/db/queries/onsite-streams.ts';
import { endOnsiteVisits } from '../../src/db/queries/onsite-visits.ts';
import type { Bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { newId } from '../../src/ids.ts';
import type { Log } from '../../src/log.ts';
import { PageStream } from './page-stream.ts';

export interface OnsiteParts {
  sql: Sql;
  clock: Clock;
  log: Log;
  limits: Bounds;
}

/** What is to be looked at next: by whose browser, or by which customer. */
interface Due {
  anonymousIds: Set<string>;
  customerIds: Set<string>;
}

const nothing = (): Due => ({ anonymousIds: new Set(), customerIds: new Set() });

export class OnsiteStreams {
  readonly #parts: OnsiteParts;
  readonly #streams = new Map<string, Set<PageStream>>();
  #count = 0;
  #due = nothing();
  #looking = false;
  #listening: Promise<(() => Promise<void>) | null> | null = null;
  #isListening = false;
  #beat: NodeJS.Timeout | null = null;
  #beating: Promise<void> | null = null;
  #isStopped = false;

  constructor(parts: OnsiteParts) {
    this.#parts = parts;
  }

  /** How many pages listen. */
  get count(): number {
    return this.#count;
  }

  /**
   * Answers a page that wants to listen, and goes on answering until either side ends it.
   * @throws AppError `too-many` of one visitor; `unavailable` when this process has no room, or the database is away.
   */
  async open(anonymousId: string, res: Response): Promise<void> {
    const stream = this.#admit(anonymousId, res);
    res.once('close', () => void this.#left(stream));
    try {
      await this.#listen();
      await this.#arrive(stream);
    } catch (error) {
      this.#forget(stream);
      throw error;
    }
    // Who left before that was not there to be marked as leaving.
    if (res.destroyed) return this.#leave(stream);
    stream.begin();
    this.#lookAt({ anonymousIds: [anonymousId] });
  }

  /** Ends all streams: their pages come back, to another process. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#beat) clearInterval(this.#beat);
    for (const stream of this.#all()) stream.end();
    const unlisten = await this.#listening;
    await unlisten?.();
  }

  /** One beat of all streams, one after the other. It is taken by itself as long as there are any. */
  #beatOnce(): void {
    this.#beating ??= this.#sayThere().finally(() => (this.#beating = null));
  }

  async #sayThere(): Promise<void> {
    const { sql, log } = this.#parts;
    for (const stream of this.#all()) stream.beat(this.#realMs());
    // Of one that is only coming the database need not know yet.
    const streams = this.#all().filter(({ hasBegun }) => hasBegun);
    try {
      const known = await keepOnsiteStreams(
        sql,
        streams.map(({ id }) => id),
        this.#in(this.#parts.limits.onsiteThereMs),
      );
      for (const stream of streams) if (!known.has(stream.id)) stream.end();
    } catch (error) {
      log.warn({ err: error }, 'it could not be said that visitors are there, and will be at the next beat');
    }
    this.#lookAt({ anonymousIds: [...this.#streams.keys()] });
  }

  #admit(anonymousId: string, res: Response): PageStream {
    const { limits, clock } = this.#parts;
    const same = this.#streams.get(anonymousId) ?? new Set();
    if (this.#isStopped || this.#count >= limits.onsiteStreams)
      throw new AppError(
        'unavailable',
        `This process has as many streams open as it takes (${limits.onsiteStreams}).`,
      );
    if (same.size >= limits.onsiteStreamsPerVisitor)
      throw new AppError(
        'too-many',
        `This visitor has ${same.size} streams open already, as many as one may have.`,
      );
    const stream = new PageStream({ id: newId(clock), anonymousId, res, openedMs: this.#realMs(), limits });
    this.#streams.set(anonymousId, same.add(stream));
    this.#count += 1;
    this.#beat ??= setInterval(() => this.#beatOnce(), limits.onsiteBeatMs).unref();
    return stream;
  }

  /**
   * Once for this process: the driver goes on trying by itself, whether the first attempt failed or the connection was
   * lost. Asked again, it would tell everything twice.
   */
  async #listen(): Promise<void> {
    const { sql, log } = this.#parts;
    this.#listening ??= sql
      .listen(
        onsiteChannel,
        (customerId) => this.#lookAt({ customerIds: [customerId] }),
        () => {
          this.#isListening = true;
          this.#lookAt({ anonymousIds: [...this.#streams.keys()] });
        },
      )
      .then((subscription) => () => subscription.unlisten())
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the database could not be listened to, and will be');
        return null;
      });
    await this.#listening;
    if (!this.#isListening)
      throw new AppError('unavailable', 'The database does not answer at the moment; come back later.');
  }

  /** Before the visitor is there: what is left of a visit that is over is no longer theirs to see. */
  async #arrive({ id, anonymousId }: PageStream): Promise<void> {
    const { sql, clock, limits } = this.#parts;
    await endOnsiteVisits(sql, {
      ...{ at: clock.now(), thereSince: this.#in(-limits.onsiteVisitMs), anonymousId },
      limit: limits.onsiteMessages,
    });
    const there = { openedAt: clock.now(), thereUntil: this.#in(limits.onsiteThereMs) };
    await openOnsiteStream(sql, { id, anonymousId, ...there });
  }

  async #left(stream: PageStream): Promise<void> {
    if (!this.#forget(stream) || !stream.hasBegun) return;
    await this.#leave(stream);
  }

  /** They may be on their way to the next page. */
  async #leave({ id }: PageStream): Promise<void> {
    const { sql, log, limits } = this.#parts;
    // A beat under way may be about to say that they are there.
    await this.#beating;
    try {
      await keepOnsiteStreams(sql, [id], this.#in(limits.onsiteLeavingMs));
    } catch (error) {
      if (!this.#isStopped) log.warn({ err: error }, 'it could not be said that a visitor left');
    }
  }

  #forget(stream: PageStream): boolean {
    const same = this.#streams.get(stream.anonymousId);
    if (!same?.delete(stream)) return false;
    if (same.size === 0) this.#streams.delete(stream.anonymousId);
    this.#count -= 1;
    return true;
  }

  #lookAt(due: { anonymousIds?: readonly string[]; customerIds?: readonly string[] }): void {
    for (const id of due.anonymousIds ?? []) this.#due.anonymousIds.add(id);
    // Nobody listens here: others may.
    if (this.#count > 0) for (const id of due.customerIds ?? []) this.#due.customerIds.add(id);
    if (!this.#looking) void this.#look();
  }

  /** One look after another, each at all that became due during the one before it. */
  async #look(): Promise<void> {
    this.#looking = true;
    try {
      while (this.#due.anonymousIds.size + this.#due.customerIds.size > 0) await this.#lookOnce();
    } catch (error) {
      // Every beat looks at all of them.
      if (!this.#isStopped) this.#parts.log.warn({ err: error }, 'pages could not be told what is new');
    } finally {
      this.#looking = false;
    }
  }

  async #lookOnce(): Promise<void> {
    const { sql, clock, limits } = this.#parts;
    const { anonymousIds, customerIds } = this.#due;
    this.#due = nothing();
    const lists = await onsiteMessages(sql, {
      ...{ anonymousIds: [...anonymousIds], customerIds: [...customerIds] },
      ...{ at: clock.now(), limit: limits.onsiteMessages },
    });
    const found = new Set(lists.map(({ anonymousId }) => anonymousId));
    for (const { anonymousId, messages } of lists) this.#tell(anonymousId, messages);
    for (const anonymousId of anonymousIds) if (!found.has(anonymousId)) this.#tell(anonymousId, []);
  }

  #tell(anonymousId: string, messages: readonly OnsiteMessage[]): void {
    for (const stream of this.#streams.get(anonymousId) ?? []) stream.tell(messages);
  }

  #all(): PageStream[] {
    return [...this.#streams.values()].flatMap((same) => [...same]);
  }

  #realMs(): number {
    return this.#parts.clock.realNow().getTime();
  }

  /** Kairos's time so many real milliseconds from now. */
  #in(ms: number): Date {
    return this.#parts.clock.fromReal(new Date(this.#realMs() + ms));
  }
}
