/**
 * What a batch of events does to runs, folded in order over the runs that are open.
 *
 * - An ending closes the open runs it reaches at once; the workflow is told afterwards.
 * - An event reaches the runs whose key it carries; one without the key reaches all of the customer's open runs of
 *   that journey. A start without its key that finds open runs reaches those and starts nothing.
 * - An ending reaches the run with the empty key as well, whatever key it carries: that run began without knowing what
 *   it is about, and rather says nothing than nudges who has bought.
 * - A start begins nothing when it was older than the journey's `fresh` when it came, when an ending of the same customer and key
 *   occurred after it, or when `again` forbids it.
 * - A run of a customer whom nobody could reach is held for as long as its start is fresh: it keeps its place, hears and
 *   ends as any other, and nothing of it is told to Temporal. What brings its customer within reach releases it (see
 *   `resolvePeople`), and so does, at the latest, the next event that reaches it. It has expired for an event that came
 *   after its time, and then counts for nothing in `again`: nobody ever had it.
 * - A journey that sends to the shop's pages reaches whoever is on one: its run is not held, or not any longer.
 * - What was imported is past: it ends what it ended, rather than let who has bought be nudged; it starts, reaches and
 *   releases nothing.
 *
 * No database, no clock: what has to be written is answered.
 */
import { isDateStart } from '../define/date-start.ts';
import type { JourneyDefinition } from '../define/journey.ts';
import type { DispatchKind } from '../db/schema/runs.ts';
import { cutText } from '../domain/cut-text.ts';
import { maxHeard, type Carried } from '../domain/run-input.ts';
import { tripleOf } from '../domain/run-triple.ts';
import { spanMs, type Span } from '../domain/span.ts';
import type { AcceptedEvent } from './event.ts';
import type { Concern } from './journey-index.ts';

/** An open run while a batch is folded. Times in epoch milliseconds of Kairos's time. */
export interface OpenRun {
  id: string;
  name: string;
  customerId: string;
  key: string;
  firstAt: number;
  lastActivityAt: number;
  lastSeq: number;
  /** It is held until then at the latest; null: it is not held. */
  heldUntil: number | null;
  isNew: boolean;
  closed: { outcome: string; at: number } | null;
  changed: boolean;
}

/** A run to be opened, as the fold decided it; the rest of its row is made by `openRun`. */
export interface Opening {
  run: OpenRun;
  journey: JourneyDefinition;
  n: number;
  event: AcceptedEvent;
}

export interface NewDispatch {
  runId: string;
  seq: number;
  kind: DispatchKind;
  event: AcceptedEvent;
  journey: JourneyDefinition;
  /** Not owed yet, as its run is held. */
  held: boolean;
}

/** What is known of the runs of one name, customer and key that are over. */
export interface PastRuns {
  lastN: number;
  lastClosedAt: number | null;
  /** Any of them was more than held. */
  isCounted: boolean;
}

/** The latest ending of a journey and customer; `key` null when it carried none and holds for every key. */
export interface Ending {
  name: string;
  customerId: string;
  key: string | null;
  /** What it ends a run as. */
  outcome: string;
  at: number;
}

export class RunBook {
  readonly openings: Opening[] = [];
  readonly dispatches: NewDispatch[] = [];
  readonly newEndings = new Map<string, Ending>();
  /** Runs that were held and need not be any more. */
  readonly released: string[] = [];
  private readonly open = new Map<string, OpenRun[]>();
  private readonly past: Map<string, PastRuns>;
  private readonly endings = new Map<string, number>();
  /** The latest ending of a journey and customer, whatever its key. */
  private readonly lastEndings = new Map<string, number>();
  private readonly outOfReach: ReadonlySet<string>;
  private readonly onSite: ReadonlySet<string>;
  private readonly newId: () => string;

  /**
   * @param known `outOfReach`: of those whom it may concern, the customers whom nobody could reach; `onSite`: those of
   * them who are on a page of the shop's, where some journeys send to.
   */
  constructor(known: {
    open: OpenRun[];
    past: Map<string, PastRuns>;
    endings: Ending[];
    outOfReach: ReadonlySet<string>;
    onSite?: ReadonlySet<string>;
    newId: () => string;
  }) {
    for (const run of known.open) this.opened(run).push(run);
    this.past = known.past;
    for (const ending of known.endings) this.remember(ending);
    this.outOfReach = known.outOfReach;
    this.onSite = known.onSite ?? new Set();
    this.newId = known.newId;
  }

  /** Every run that the batch changed and that was open before it. */
  changedRuns(): OpenRun[] {
    return [...this.open.values()].flat().filter((run) => run.changed && !run.isNew);
  }

  /** @param nowMs Kairos's time of the routing: when the runs that end are closed. */
  apply(event: AcceptedEvent, customerId: string, concerns: readonly Concern[], nowMs: number): void {
    for (const concern of concerns) {
      const key = keyOf(concern.journey, event);
      this.settleHeld(concern.journey, event, customerId, nowMs);
      if (concern.endsWith !== null) this.end(concern, event, customerId, key, nowMs);
      if (event.imported) continue;
      const reached = this.reached(concern.journey, customerId, key);
      for (const run of reached) this.reach(run, concern, event);
      if (concern.starts && reached.length === 0) this.start(concern.journey, event, customerId, key ?? '');
    }
  }

  /** Held runs whose time was over when the event came have expired; others begin once their customer is within reach. */
  private settleHeld(
    journey: JourneyDefinition,
    event: AcceptedEvent,
    customerId: string,
    nowMs: number,
  ): void {
    for (const run of this.reached(journey, customerId, null)) {
      if (run.heldUntil === null) continue;
      if (run.heldUntil <= event.receivedAt) {
        run.closed = { outcome: 'expired', at: nowMs };
        run.changed = true;
      } else if (this.isWithinReach(journey, customerId) && !event.imported) {
        run.heldUntil = null;
        this.released.push(run.id);
      }
    }
  }

  private reach(run: OpenRun, concern: Concern, event: AcceptedEvent): void {
    if (concern.isActivity && event.occurredAt > run.lastActivityAt) {
      run.lastActivityAt = event.occurredAt;
      run.changed = true;
    }
    // Temporal takes 10,000 signals of a run and refuses the next one for good, be it the ending.
    const isHeard = concern.hears && run.lastSeq < maxHeard && event.occurredAt >= run.firstAt;
    if (isHeard) this.dispatch(run, 'event', event, concern.journey);
  }

  private end(
    concern: Concern,
    event: AcceptedEvent,
    customerId: string,
    key: string | null,
    nowMs: number,
  ): void {
    const { journey } = concern;
    const outcome = concern.endsWith!;
    this.recordEnding({ name: journey.name, customerId, key, outcome, at: event.occurredAt });
    for (const run of this.reached(journey, customerId, null)) {
      const isMeant = key === null || run.key === key || run.key === '';
      if (!isMeant || event.occurredAt < run.firstAt) continue;
      run.closed = { outcome, at: nowMs };
      run.changed = true;
      this.rememberClose(run);
      // Nobody was ever told that it began.
      if (run.heldUntil === null) this.dispatch(run, 'end', event, journey);
    }
  }

  private start(journey: JourneyDefinition, event: AcceptedEvent, customerId: string, key: string): void {
    const triple = { name: journey.name, customerId, key };
    const past = this.past.get(tripleOf(triple));
    // Old when it came: what has waited here for a router is as good as new.
    if (event.occurredAt < event.receivedAt - spanMs(journey.fresh)) return;
    if (this.endedAfter(triple, event.occurredAt)) return;
    if (!mayRunAgain(journey, past, event.occurredAt)) return;
    const heldUntil = this.isWithinReach(journey, customerId)
      ? null
      : event.occurredAt + spanMs(journey.fresh);
    const run = this.newRun(triple, event.occurredAt, heldUntil);
    const n = (past?.lastN ?? 0) + 1;
    this.past.set(tripleOf(triple), {
      lastN: n,
      lastClosedAt: past?.lastClosedAt ?? null,
      isCounted: past?.isCounted ?? false,
    });
    this.openings.push({ run, journey, n, event });
    const held = heldUntil !== null;
    this.dispatches.push({ runId: run.id, seq: 0, kind: 'start', event, journey, held });
  }

  private isWithinReach(journey: JourneyDefinition, customerId: string): boolean {
    return !this.outOfReach.has(customerId) || (journey.onsite === true && this.onSite.has(customerId));
  }

  private newRun(
    triple: { name: string; customerId: string; key: string },
    at: number,
    heldUntil: number | null,
  ): OpenRun {
    const run: OpenRun = {
      id: this.newId(),
      ...triple,
      firstAt: at,
      lastActivityAt: at,
      lastSeq: 0,
      heldUntil,
      isNew: true,
      closed: null,
      changed: true,
    };
    this.opened(run).push(run);
    return run;
  }

  private dispatch(
    run: OpenRun,
    kind: 'event' | 'end',
    event: AcceptedEvent,
    journey: JourneyDefinition,
  ): void {
    run.lastSeq += 1;
    run.changed = true;
    const held = run.heldUntil !== null;
    this.dispatches.push({ runId: run.id, seq: run.lastSeq, kind, event, journey, held });
  }

  private rememberClose(run: OpenRun): void {
    const past = this.past.get(tripleOf(run));
    this.past.set(tripleOf(run), {
      lastN: past?.lastN ?? 1,
      lastClosedAt: run.closed!.at,
      isCounted: true,
    });
  }

  private reached(journey: JourneyDefinition, customerId: string, key: string | null): OpenRun[] {
    const runs = this.open.get(placeOf({ name: journey.name, customerId })) ?? [];
    return runs.filter((run) => run.closed === null && (key === null || run.key === key));
  }

  private endedAfter(triple: { name: string; customerId: string; key: string }, at: number): boolean {
    if (triple.key === '') return (this.lastEndings.get(placeOf(triple)) ?? -Infinity) > at;
    const forKey = this.endings.get(tripleOf(triple));
    const forAll = this.endings.get(tripleOf({ ...triple, key: null }));
    return Math.max(forKey ?? -Infinity, forAll ?? -Infinity) > at;
  }

  private recordEnding(ending: Ending): void {
    if (this.remember(ending)) this.newEndings.set(tripleOf(ending), ending);
  }

  /** False when a later one of its triple is known. */
  private remember(ending: Ending): boolean {
    const triple = tripleOf(ending);
    if ((this.endings.get(triple) ?? -Infinity) >= ending.at) return false;
    this.endings.set(triple, ending.at);
    const place = placeOf(ending);
    this.lastEndings.set(place, Math.max(this.lastEndings.get(place) ?? -Infinity, ending.at));
    return true;
  }

  private opened(run: OpenRun): OpenRun[] {
    const place = placeOf(run);
    const runs = this.open.get(place) ?? [];
    this.open.set(place, runs);
    return runs;
  }
}

/** The key an event carries for a journey; null when the journey has one and the event does not carry it. */
export function keyOf(journey: JourneyDefinition, event: AcceptedEvent): string | null {
  if (journey.per === null) return '';
  // An occasion is known by the date's own event: what others call by that name is no key of ours.
  if (isDateStart(journey.starts) && event.name !== journey.starts.name) return null;
  const value = event.body.properties?.[journey.per];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? cutText(value, 255) : null;
}

const placeOf = (of: { name: string; customerId: string }) => `${of.customerId}/${of.name}`;

function mayRunAgain(journey: JourneyDefinition, past: PastRuns | undefined, at: number): boolean {
  if (!past?.isCounted || journey.again === 'always') return true;
  if (journey.again === 'never') return false;
  return (
    past.lastClosedAt === null ||
    at >= past.lastClosedAt + spanMs(journey.again.slice('after '.length) as Span)
  );
}

/** The first event and the carried properties of a run, with identifiers that may not be shown replaced. */
export function carriedBy(
  journey: JourneyDefinition,
  event: AcceptedEvent,
  safe: (value: string) => string,
): Carried {
  const carried: Carried = {};
  for (const name of journey.carries) {
    const value = event.body.properties?.[name];
    if (typeof value === 'string') carried[name] = safe(value);
    else if (typeof value === 'number' || typeof value === 'boolean') carried[name] = value;
  }
  return carried;
}
