import type { TransactionSql } from 'postgres';
import { releaseRuns } from '../db/queries/held-runs.ts';
import { customersOnSite } from '../db/queries/onsite-held-runs.ts';
import { visitorsAmong } from '../db/queries/people.ts';
import {
  insertDispatches,
  insertRuns,
  loadEndings,
  loadPastRuns,
  lockOpenRuns,
  saveEndings,
  saveRuns,
  type NewRunRow,
} from '../db/queries/routing-runs.ts';
import { keepRunProducts } from '../db/queries/run-products.ts';
import { loadSettings } from '../db/queries/settings.ts';
import { together } from '../db/together.ts';
import { storedOverrides } from '../define/journey-settings.ts';
import { matchingNames } from '../domain/derived-event.ts';
import { deviceOf } from '../domain/device.ts';
import type { RunInput } from '../domain/run-input.ts';
import { safeName } from '../domain/safe-name.ts';
import { journeyScope } from '../domain/setting-scopes.ts';
import { newId } from '../ids.ts';
import { isReachable } from './is-reachable.ts';
import type { Concern } from './journey-index.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { carriedBy, RunBook, type Opening, type PastRuns } from './run-book.ts';

type Concerned = OwnedEvent & { concerns: readonly Concern[] };

/** Opens, reaches and ends runs, and writes what Temporal is owed. Answers how many dispatches were written. */
export async function routeRuns(
  tx: TransactionSql,
  context: RoutingContext,
  owned: OwnedEvent[],
): Promise<number> {
  const concerned = owned
    .flatMap((one) => matchingNames(one.event).map((name) => underName(context, one, name)))
    .filter(({ event, concerns }) => concerns.some(({ endsWith }) => endsWith !== null || !event.imported));
  if (concerned.length === 0) return 0;
  const book = await openBook(tx, context, concerned);
  const now = context.clock.now();
  for (const { event, customerId, concerns } of concerned)
    book.apply(event, customerId, concerns, now.getTime());
  await save(tx, context, { book, opened: await rowsOf(tx, context, book.openings, now) });
  return book.dispatches.filter(({ held }) => !held).length + book.released.length;
}

/** The statements are under way together, and carried out in this order. */
async function save(
  tx: TransactionSql,
  context: RoutingContext,
  { book, opened }: { book: RunBook; opened: readonly NewRunRow[] },
): Promise<void> {
  // By whatever they were opened: a cart that filled before then is not filled again.
  const customerIds = book.openings.map(({ run }) => run.customerId);
  await together([
    releaseRuns(tx, book.released),
    saveRuns(tx, book.changedRuns()),
    insertRuns(tx, opened),
    keepRunProducts(tx, { customerIds, versions: context.hearers.versions }),
    saveEndings(tx, [...book.newEndings.values()]),
    insertDispatches(tx, dispatchRows(context, book)),
  ]);
}

const dispatchRows = (context: RoutingContext, book: RunBook) =>
  book.dispatches.map(({ runId, seq, kind, event, journey, held }) => ({
    run_id: runId,
    seq,
    kind,
    event_id: event.id,
    event_name: event.name,
    occurred_at: new Date(event.occurredAt),
    carries: carriedBy(journey, event, (value) => safeName(value, context.secret)),
    held,
  }));

/** An event as journeys name it: what they are told of it carries that name. */
function underName(context: RoutingContext, { event, customerId }: OwnedEvent, name: string): Concerned {
  return { customerId, event: { ...event, name }, concerns: context.journeys.get(name) ?? [] };
}

async function openBook(
  tx: TransactionSql,
  context: RoutingContext,
  concerned: Concerned[],
): Promise<RunBook> {
  const everyone = customersOf(concerned);
  const starting = concerned.filter(
    ({ event, concerns }) => !event.imported && concerns.some((concern) => concern.starts),
  );
  const names = [...new Set(starting.flatMap(({ concerns }) => concerns.map(({ journey }) => journey.name)))];
  const starters = customersOf(starting);
  // Past runs are looked at when the open ones are locked: none of them closes in between.
  const [open, past, endings, ofStarters] = await together([
    lockOpenRuns(tx, everyone),
    starters.length === 0 ? new Map<string, PastRuns>() : loadPastRuns(tx, starters, names),
    starters.length === 0 ? [] : loadEndings(tx, starters, names),
    outOfReach(tx, starters),
  ]);
  const ofHeld = open.filter(({ heldUntil }) => heldUntil !== null).map(({ customerId }) => customerId);
  const isStarter = new Set(starters);
  const others = await outOfReach(
    tx,
    [...new Set(ofHeld)].filter((id) => !isStarter.has(id)),
  );
  const unreached = new Set([...ofStarters, ...others]);
  const sendsOnSite = concerned.some(({ concerns }) => concerns.some(({ journey }) => journey.onsite));
  return new RunBook({
    ...{ open, past, endings },
    outOfReach: unreached,
    onSite: sendsOnSite ? await customersOnSite(tx, [...unreached], context.clock.now()) : new Set(),
    newId: () => newId(context.clock),
  });
}

async function outOfReach(tx: TransactionSql, customerIds: readonly string[]): Promise<Set<string>> {
  const visitors = await visitorsAmong(tx, customerIds);
  const unreachable = visitors.filter((one) => !isReachable({ ...one, known: false }));
  return new Set(unreachable.map(({ id }) => id));
}

const customersOf = (concerned: Concerned[]) => [...new Set(concerned.map(({ customerId }) => customerId))];

async function rowsOf(
  tx: TransactionSql,
  context: RoutingContext,
  openings: Opening[],
  now: Date,
): Promise<NewRunRow[]> {
  if (openings.length === 0) return [];
  const scopes = [...new Set(openings.map(({ journey }) => journeyScope(journey.name)))];
  const settings = await loadSettings(tx, scopes);
  return Promise.all(
    openings.map((opening) => rowOf(context, opening, settings.get(journeyScope(opening.journey.name)), now)),
  );
}

async function rowOf(
  context: RoutingContext,
  { run, journey, n, event }: Opening,
  stored: Record<string, unknown> | undefined,
  now: Date,
): Promise<NewRunRow> {
  const safe = (value: string) => safeName(value, context.secret);
  const input: RunInput = {
    runId: run.id,
    name: journey.name,
    first: { at: event.occurredAt, device: deviceOf(event.body.context) },
    carries: carriedBy(journey, event, safe),
    settings: { ...journey.settings, ...storedOverrides(journey, stored) },
    openedAt: now.getTime(),
    clock: context.clock.scale,
  };
  const wakesAt = await journey.firstWait(input);
  return {
    id: run.id,
    name: journey.name,
    version: journey.version,
    customer_id: run.customerId,
    subject: null,
    key: run.key,
    n,
    workflow_id: `${journey.name}/${run.customerId}/${run.key === '' ? '' : safe(run.key)}/${n}`,
    entry_event_id: event.id,
    first: input.first,
    carries: input.carries,
    settings: input.settings,
    state: run.closed ? 'closed' : 'open',
    outcome: run.closed?.outcome ?? null,
    opened_at: now,
    closed_at: run.closed ? new Date(run.closed.at) : null,
    wakes_at: wakesAt === null || wakesAt <= now.getTime() ? null : new Date(wakesAt),
    held_until: run.heldUntil === null ? null : new Date(run.heldUntil),
    last_activity_at: new Date(run.lastActivityAt),
    last_seq: run.lastSeq,
  };
}
