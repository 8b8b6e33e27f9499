import type { TransactionSql } from 'postgres';
import {
  insertDispatches,
  insertRuns,
  type NewDispatchRow,
  type NewRunRow,
} from '../db/queries/routing-runs.ts';
import { linesWaitedIn, type Line } from '../db/queries/lines-waited-in.ts';
import {
  forgetTold,
  lastWatchRuns,
  lockWatchRuns,
  saveTold,
  type OpenWatchRun,
} from '../db/queries/routing-watches.ts';
import { loadSettings } from '../db/queries/settings.ts';
import { waitedFor } from '../define/watch.ts';
import { isPriceAudience } from '../define/price-audience.ts';
import { skusLookedAt } from '../db/queries/skus-looked-at.ts';
import { storedOverrides } from '../define/journey-settings.ts';
import { safeName } from '../domain/safe-name.ts';
import { journeyScope } from '../domain/setting-scopes.ts';
import { toldKept } from '../domain/watch-input.ts';
import { newId } from '../ids.ts';
import type { RoutingContext } from './route-batch.ts';
import type { Wake } from './watch-book.ts';

/** A run to be opened, and all that it is to be told; the first of that starts it. */
interface Opening {
  id: string;
  n: number;
  wakes: readonly Wake[];
}

/**
 * Opens a run for each watch and subject that has none, tells the others, and writes what Temporal is owed. Each of `told`
 * is what one watch is to be told of one subject, in order. Answers how many dispatches were written.
 */
export async function routeWatches(
  tx: TransactionSql,
  context: RoutingContext,
  woken: readonly (readonly Wake[])[],
): Promise<number> {
  const told = await thatMatter(tx, woken);
  if (told.length === 0) return 0;
  const firsts = told.map((wakes) => wakes[0]!);
  const names = [...new Set(firsts.map(({ watch }) => watch.name))];
  const subjects = [...new Set(firsts.map(({ subject }) => subject))];
  const open = new Map((await lockWatchRuns(tx, names, subjects)).map((run) => [placeOf(run), run]));
  const reached = told.flatMap((wakes) => {
    const run = open.get(placeOf(subjectOf(wakes)));
    const heard = wakes.filter(({ name }) => name !== waitedFor);
    return run && heard.length > 0 ? [{ run, wakes: heard }] : [];
  });
  const fresh = told.filter((wakes) => !open.has(placeOf(subjectOf(wakes))));
  const openings = await openingsOf(tx, context, fresh);
  await insertRuns(tx, await rowsOf(tx, context, openings));
  const tellings = reached.map(toldTo);
  await saveTold(tx, tellings);
  const long = tellings.filter(({ lastSeq }) => lastSeq > toldKept);
  await forgetTold(
    tx,
    long.map(({ id, lastSeq }) => ({ id, beforeSeq: lastSeq - toldKept + 1 })),
  );
  const dispatches = [
    ...openings.flatMap(({ id, wakes }) => dispatchesOf(id, 0, wakes)),
    ...reached.flatMap(({ run, wakes }) => dispatchesOf(run.id, run.lastSeq + 1, wakes)),
  ];
  await insertDispatches(tx, dispatches);
  return dispatches.length;
}

/**
 * Without what comes back while nobody waits for it: whoever waits later does so because it is sold out again. And
 * without what became cheaper that nobody ever looked at: a feed may lower a million prices in a night.
 */
async function thatMatter(
  tx: TransactionSql,
  woken: readonly (readonly Wake[])[],
): Promise<readonly (readonly Wake[])[]> {
  const back = woken.flat().flatMap((wake) => lineThatItServes(wake) ?? []);
  const cheaper = woken.flat().filter(isAboutPrice);
  if (back.length + cheaper.length === 0) return woken;
  const lines = back.length === 0 ? [] : await linesWaitedIn(tx, back);
  const waitedIn = new Set(lines.map((line) => JSON.stringify(line)));
  const lookedAt = await skusLookedAt(tx, [...new Set(cheaper.map(({ subject }) => subject))]);
  const matters = (wake: Wake) => {
    if (isAboutPrice(wake)) return lookedAt.has(wake.subject);
    const line = lineThatItServes(wake);
    return line === null || waitedIn.has(JSON.stringify(line));
  };
  return woken.map((wakes) => wakes.filter(matters)).filter((wakes) => wakes.length > 0);
}

/** It is served to those who saw the product cost more. */
function isAboutPrice({ watch: { audience, wakes }, name }: Wake): boolean {
  return audience !== null && isPriceAudience(audience) && wakes[name]?.of === 'price';
}

/** Who may be told by a rise of the stock: those of the watch's waiting list. Null: it is something else that happened. */
function lineThatItServes({ watch: { waiting, wakes }, name, subject }: Wake): Line | null {
  const crossing = wakes[name];
  if (waiting === null || crossing?.of !== 'stock' || crossing.direction !== 'rises') return null;
  return { list: waiting.name, sku: subject };
}

const placeOf = (of: { name: string; subject: string }) => JSON.stringify([of.name, of.subject]);

const subjectOf = (wakes: readonly Wake[]) => ({ name: wakes[0]!.watch.name, subject: wakes[0]!.subject });

function toldTo({ run, wakes }: { run: OpenWatchRun; wakes: readonly Wake[] }) {
  return { id: run.id, lastSeq: run.lastSeq + wakes.length, at: wakes.at(-1)!.at };
}

async function openingsOf(
  tx: TransactionSql,
  { clock }: RoutingContext,
  fresh: readonly (readonly Wake[])[],
): Promise<Opening[]> {
  if (fresh.length === 0) return [];
  const subjects = fresh.map(subjectOf);
  const last = await lastWatchRuns(
    tx,
    [...new Set(subjects.map(({ name }) => name))],
    [...new Set(subjects.map(({ subject }) => subject))],
  );
  const before = new Map(last.map((run) => [placeOf(run), run.n]));
  return fresh.map((wakes) => ({
    id: newId(clock),
    n: (before.get(placeOf(subjectOf(wakes))) ?? 0) + 1,
    wakes,
  }));
}

async function rowsOf(
  tx: TransactionSql,
  context: RoutingContext,
  openings: readonly Opening[],
): Promise<NewRunRow[]> {
  if (openings.length === 0) return [];
  const scopes = [...new Set(openings.map(({ wakes }) => journeyScope(wakes[0]!.watch.name)))];
  const settings = await loadSettings(tx, scopes);
  return openings.map((opening) => rowOf(context, opening, settings));
}

function rowOf(
  { clock, secret }: RoutingContext,
  { id, n, wakes }: Opening,
  settings: ReadonlyMap<string, Record<string, unknown>>,
): NewRunRow {
  const { watch, subject, name: wake, carries, at, eventId } = wakes[0]!;
  return {
    ...{ id, name: watch.name, version: watch.version, customer_id: null, subject, key: '', n },
    workflow_id: `${watch.name}/${safeName(subject, secret)}//${n}`,
    entry_event_id: eventId,
    first: { at, device: null },
    carries: { ...carries, wake },
    settings: { ...watch.settings, ...storedOverrides(watch, settings.get(journeyScope(watch.name))) },
    ...{ state: 'open', outcome: null, opened_at: clock.now(), closed_at: null, wakes_at: null },
    last_activity_at: new Date(wakes.at(-1)!.at),
    last_seq: wakes.length - 1,
  };
}

/** What Temporal is owed for a run; the dispatch with `seq` 0 starts it. */
function dispatchesOf(runId: string, firstSeq: number, wakes: readonly Wake[]): NewDispatchRow[] {
  return wakes.map(({ name, at, carries, eventId }, place) => ({
    run_id: runId,
    seq: firstSeq + place,
    kind: firstSeq + place === 0 ? 'start' : 'event',
    event_id: eventId,
    event_name: name,
    occurred_at: new Date(at),
    carries,
  }));
}
