import type { TransactionSql } from 'postgres';
import { freshNews } from '../../src/db/queries/fresh-news.ts';
import { lockDeliveries } from '../../src/db/queries/lock-deliveries.ts';
import { deliveryMarks, markDeliveries } from '../../src/db/queries/mark-delivery.ts';
import { raisePage, type PageNews } from '../../src/db/queries/page-calls.ts';
import { suppress, type NewSuppression } from '../../src/db/queries/suppress.ts';
import { addressHash, calledAddress } from '../../src/domain/address-hash.ts';
import { deliveryStates, type DeliveryState } from '../../src/domain/delivery.ts';
import { sayNews, type ProviderNews } from '../../src/domain/provider-news.ts';
import { newId } from '../../src/ids.ts';
import type { RouteDeps } from '../deps.ts';
import type { HookCounts } from './hook-counts.ts';

export type HookDeps = Pick<RouteDeps, 'database' | 'clock' | 'secret' | 'config' | 'log'> & {
  counts: HookCounts;
};

/** What became of what was told. */
export interface TakenNews {
  taken: number;
  /** Told before. */
  repeated: number;
  /** Of a delivery that is not in these data: another Kairos's, or nobody's. */
  unknown: number;
}

/**
 * Takes what a provider told, all of it in one transaction or none: deliveries are raised, marked, and their addresses
 * suppressed. Told again it changes nothing; in whatever order it comes, the ledger says the same in the end. An
 * address that bounced or complained is suppressed whoever's message it was.
 */
export async function takeNews(deps: HookDeps, news: readonly ProviderNews[]): Promise<TakenNews> {
  if (news.length === 0) return { taken: 0, repeated: 0, unknown: 0 };
  const now = deps.clock.now();
  const told = firstOfEach(news);
  const { fresh, known } = await deps.database.sql.begin(async (tx) => {
    const names = await freshNews(tx, [...told.keys()], now);
    const fresh = [...told.values()].filter(({ fingerprint }) => names.has(fingerprint));
    const known = await lockDeliveries(
      tx,
      fresh.flatMap(({ deliveryId }) => deliveryId ?? []),
    );
    await raiseAndMark(tx, fresh.filter(isOf(known)), now);
    await suppress(
      tx,
      fresh.flatMap((one) => suppressionOf(one, deps)),
    );
    return { fresh, known };
  });
  const first = new Set(fresh);
  for (const one of told.values()) {
    const outcome = !first.has(one) ? 'repeated' : isOf(known)(one) ? 'taken' : 'unknown-delivery';
    deps.counts.add({ provider: one.provider, kind: one.kind, outcome });
  }
  const taken = fresh.filter(isOf(known)).length;
  return { taken, repeated: news.length - fresh.length, unknown: fresh.length - taken };
}

function firstOfEach(news: readonly ProviderNews[]): Map<string, ProviderNews> {
  const first = new Map<string, ProviderNews>();
  for (const one of news) if (!first.has(one.fingerprint)) first.set(one.fingerprint, one);
  return first;
}

type Known = ProviderNews & { deliveryId: string };

const isOf =
  (known: ReadonlySet<string>) =>
  (one: ProviderNews): one is Known =>
    one.deliveryId !== null && known.has(one.deliveryId);

/**
 * Of rows that are locked already. State by state: a delivery ends in the one that says most, in whatever order they are
 * told.
 */
async function raiseAndMark(tx: TransactionSql, news: readonly Known[], now: Date): Promise<void> {
  for (const state of deliveryStates) {
    const first = new Map<string, PageNews>();
    for (const one of news) {
      if (one.state === state && !first.has(one.deliveryId))
        first.set(one.deliveryId, pageNewsOf(one, state, now));
    }
    await raisePage(tx, { state, news: [...first.values()] });
  }
  for (const mark of deliveryMarks) {
    const of = news.filter((one) => one.mark === mark);
    await markDeliveries(
      tx,
      mark,
      of.map(({ deliveryId, at }) => ({ deliveryId, at: earlier(at, now) })),
    );
  }
}

function pageNewsOf(one: Known, state: DeliveryState, now: Date): PageNews {
  const { deliveryId: id, channel, providerId, code } = one;
  const verdict = { at: now.toISOString(), channel, state, reason: null, words: sayNews({ ...one, state }) };
  const named = providerId === null ? {} : { providerId };
  return { id, verdict, ...named, ...(code !== undefined && { providerCode: code }) };
}

/** Clocks of others go as they like; nothing was opened in the future. */
const earlier = (one: Date, other: Date) => (one < other ? one : other);

function suppressionOf(
  { suppress: reason, channel, address, provider }: ProviderNews,
  { secret, clock }: Pick<HookDeps, 'secret' | 'clock'>,
): NewSuppression[] {
  const called = address === null ? null : calledAddress(channel, address);
  if (reason === undefined || called === null) return [];
  const row = { id: newId(clock), channel, reason, source: provider, at: clock.now() };
  return [{ ...row, addressHash: addressHash(called, secret) }];
}
