import { cancelledIfErased } from '../src/db/queries/said-of-nobody.ts';
import { intendedOf, noteRepeat, raisePage, type IntendedDelivery } from '../src/db/queries/page-calls.ts';
import { keepToldPrice } from '../src/db/queries/known-prices.ts';
import { givePlaceBack, giveTogetherBack } from '../src/db/queries/give-place-back.ts';
import type { PageRow } from '../src/db/queries/page-facts.ts';
import { turnToNext } from '../src/db/queries/turn-to-next.ts';
import { lockWave } from '../src/db/queries/waves.ts';
import { channelAfter, type MessageType } from '../src/define/message.ts';
import { bounds } from '../src/domain/bounds.ts';
import { hasTurned, nextChannelReasons, passingReasons, type GateReason } from '../src/domain/delivery.ts';
import { judgeAgain, type SecondRuling } from '../src/domain/gate.ts';
import { isRepeatable, settleCalls, type PageCallParts } from './call-page.ts';
import type { ChannelAdapter, Outbound } from './channels/channel.ts';
import type { PageInput } from './contract.ts';
import { mayRepeat, repeatedWords } from './in-doubt.ts';
import { verdictOf } from './passage.ts';
import { roomNow } from './servable.ts';
import {
  besideWords,
  factsFor,
  lookAtEntries,
  renderForEntry,
  takePageLook,
  takePageStock,
  type PageLook,
  type PageParts,
} from './page-look.ts';

/** What an attempt before this one left undone: calls to make, and why some of them have to wait. */
export interface Leftovers {
  calls: Outbound[];
  /** Of the calls that repeat one in doubt, when that one was begun. */
  doubts: Map<string, Date>;
  waiting: GateReason | null;
  /** As many as are looked at together were left: there may be others. */
  more: boolean;
}

const noLeftovers = (): Leftovers => ({ calls: [], doubts: new Map(), waiting: null, more: false });

/**
 * Looks after what is `intended` on a channel, which only an attempt that ended too early leaves behind. A call that
 * this process made and could not write down is written now. One that another process began is `unknown`, and is not
 * made again, unless its provider knows deliveries by their ids. What was certainly not called is looked at again, and called.
 */
export async function passLeftovers(
  parts: PageParts,
  message: MessageType<unknown>,
  input: PageInput,
): Promise<Leftovers> {
  const { sql } = parts.database;
  const asked = {
    runId: input.runId,
    message: message.name,
    channel: input.channel,
    limit: bounds.waveCustomers,
  };
  const known = await intendedOf(sql, asked);
  if (known.length === 0) return noLeftovers();
  await settleKnown({ ...parts, next: channelAfter(message, input.channel) }, input, known);
  return sql.begin(async (tx) => {
    // Before the customers, as a page does.
    await lockWave(tx, input);
    const look = await takePageLook(tx, parts, message, input);
    const entries = known.map(({ entryId, customerId }) => ({ id: entryId, customerId }));
    const { now, rows } = await lookAtEntries(look, entries);
    // Under the locks, and so as they are now.
    const left = await intendedOf(tx, asked);
    // Taken, not looked at: the attempt before may be about to make the call, and now it cannot.
    const isOurs = ({ id, callingAt }: IntendedDelivery) =>
      callingAt === null || parts.calls.takeBack(id, callingAt);
    const ours = new Set(left.filter(isOurs).map(({ id }) => id));
    const inDoubt = left.filter(({ id }) => !ours.has(id));
    const repeated = new Map(
      inDoubt.filter((one) => mayRepeat(parts, input, one)).map((one) => [one.id, one]),
    );
    await giveUp(look, { lost: inDoubt.filter(({ id }) => !repeated.has(id)), now });
    await release(look, [...ours]);
    const again = rows.filter(({ deliveryId: id }) => ours.has(id!) || repeated.has(id!));
    const more = known.length === asked.limit;
    return { ...(await secondLook(look, { rows: again, repeated, now })), more };
  });
}

/** Calls of this process whose end it knows and the ledger does not. */
async function settleKnown(
  parts: PageParts & Pick<PageCallParts, 'next'>,
  { channel }: Pick<ChannelAdapter, 'channel'>,
  known: readonly IntendedDelivery[],
): Promise<void> {
  const adapter = parts.channels[channel]!;
  for (const { id, callingAt } of known) {
    const outcome = callingAt === null ? null : parts.calls.outcomeOf(id, callingAt);
    if (!outcome || isRepeatable(adapter, outcome)) continue;
    await settleCalls(parts, { channel }, { callingAt: new Date(callingAt!) }, new Map([[id, outcome]]));
  }
}

async function giveUp(
  look: PageLook,
  { lost, now }: { lost: readonly IntendedDelivery[]; now: Date },
): Promise<void> {
  const words = 'unknown: the call was under way when its attempt ended, so it is not made again';
  const verdict = verdictOf({ now, input: look.input }, { state: 'unknown', reason: null, words });
  await raisePage(look.tx, { state: 'unknown', news: lost.map(({ id }) => ({ id, verdict })) });
}

/**
 * What may have changed since they were decided on is asked again; what was drawn and counted stays. The shelf is counted
 * anew, and the longest waiting go first: for whom it has no room any more they keep their place in line. A call in doubt
 * is repeated only if nothing speaks against it: as it may have been taken, it cannot be cancelled.
 */
async function secondLook(
  look: PageLook,
  {
    rows,
    repeated,
    now,
  }: { rows: readonly PageRow[]; repeated: ReadonlyMap<string, IntendedDelivery>; now: Date },
): Promise<Leftovers> {
  const left = noLeftovers();
  const stock = await takePageStock(look, rows, 0);
  let room = look.run.state === 'open' ? roomNow(look) : Infinity;
  for (const row of rows) {
    const id = row.deliveryId!;
    const facts = factsFor(look, row, now);
    const rendered = await renderForEntry(look, row, stock);
    const missing = 'missing' in rendered ? rendered.missing : null;
    const ruling = judgeAgain({ ...facts, missing }, { hasTurned: hasTurned(row.verdicts) });
    const doubt = repeated.get(id);
    if (ruling.state === 'waiting') left.waiting ??= ruling.reason;
    else if (ruling.state === 'cancelled' && doubt) await giveUp(look, { lost: [doubt], now });
    else if (room < 1 && !doubt) await giveBack(look, { row, now, ...noRoom });
    else if (ruling.state === 'cancelled') await turnOrCancel(look, { row, ruling, now });
    else if ('content' in rendered && !('fault' in facts.address)) {
      if (doubt) {
        const verdict = verdictOf(
          { now, input: look.input },
          { state: 'intended', reason: null, words: repeatedWords },
        );
        await noteRepeat(look.tx, { id, verdict });
        left.doubts.set(id, new Date(doubt.callingAt!));
      }
      room -= 1;
      left.calls.push({
        deliveryId: id,
        to: facts.address.to,
        content: rendered.content,
        ...besideWords(look, row),
      });
    }
  }
  const called = new Set(left.calls.map(({ deliveryId }) => deliveryId));
  const told = rows.filter(({ deliveryId }) => called.has(deliveryId!)).map(({ entryId }) => entryId);
  if (look.price?.now) await keepToldPrice(look.tx, told, look.price.now.minor);
  return left;
}

/**
 * What a call found not to be reached, and is not reached on this channel either, turns to the one after it. Whom only
 * the hour keeps from it, for the provider was away until the night, keeps their place for the next wave.
 */
async function turnOrCancel(
  look: PageLook,
  { row, ruling, now }: { row: PageRow; ruling: SecondRuling & { state: 'cancelled' }; now: Date },
): Promise<void> {
  const id = row.deliveryId!;
  const { reason, words } = ruling;
  const said = { state: 'withheld' as const, reason, words: words.replace(/^cancelled/, 'withheld') };
  const next = channelAfter(look.message, look.input.channel);
  if (next !== null && hasTurned(row.verdicts) && nextChannelReasons.includes(reason)) {
    look.parts.onTurned?.();
    // Nothing is under way: what was marked is released by now.
    await turnToNext(look.tx, {
      ids: [id],
      was: null,
      next,
      verdict: verdictOf({ now, input: look.input }, said),
    });
    return;
  }
  if (passingReasons.includes(reason)) return giveBack(look, { row, now, reason, words: said.words });
  const news = [{ id, verdict: verdictOf({ now, input: look.input }, ruling) }];
  await raisePage(look.tx, { state: 'cancelled', reason, news });
  await giveTogetherBack(look.tx, id);
}

/** Nobody else is told of what is left of a shelf than there is room for. */
const noRoom = {
  reason: 'irrelevant',
  words: 'withheld: irrelevant — meanwhile too little of it is left: they keep their place in line',
} as const;

async function giveBack(
  { tx, input }: PageLook,
  { row, now, reason, words }: { row: PageRow; now: Date; reason: GateReason; words: string },
): Promise<void> {
  const verdict = verdictOf({ now, input }, { state: 'withheld', reason, words });
  const { runId, wave } = input;
  await givePlaceBack(tx, { id: row.deliveryId!, runId, wave, reason, verdict });
}

/** What this process marked and certainly did not call: free to be marked again, if its customer is still there. */
async function release({ tx }: PageLook, ids: readonly string[]): Promise<void> {
  await tx`
    update deliveries d set calling_at = null, ${cancelledIfErased(tx)}
    where id = any(${[...ids]}::uuid[]) and state = 'intended' and calling_at is not null`;
}
