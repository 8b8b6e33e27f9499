import type { PageRow } from '../src/db/queries/page-facts.ts';
import type { RuledEntry } from '../src/db/queries/record-page.ts';
import { isFurther, mostVerdicts, nextChannelReasons, type Verdict } from '../src/domain/delivery.ts';
import { judge, type Ruling } from '../src/domain/gate.ts';
import { newId } from '../src/ids.ts';
import type { Outbound } from './channels/channel.ts';
import { factsFor, renderForEntry, type PageLook } from './page-look.ts';

/** What the gate ruled about a page, longest waiting first. */
export interface JudgedPage {
  ruled: RuledEntry[];
  /** Those that are to be called. */
  outbound: Outbound[];
  /** Entries whose customers bought the product, or a substitute, since. */
  bought: string[];
  used: number;
  heldOut: number;
  withheld: number;
  /** The last entry looked at; null when there was none. */
  last: PageRow | null;
}

/**
 * Judges one after the other until the places are gone. Only a would-send uses a place, held out or not. Who is not
 * reached here and may be on the next channel keeps one, until that channel has been asked: they waited longer than
 * those who come after them.
 */
export async function judgePage(
  look: PageLook,
  { rows, now, places }: { rows: readonly PageRow[]; now: Date; places: number },
): Promise<JudgedPage> {
  const page: JudgedPage = {
    ruled: [],
    outbound: [],
    bought: [],
    used: 0,
    heldOut: 0,
    withheld: 0,
    last: null,
  };
  let left = places;
  for (const row of rows) {
    if (left <= 0) break;
    page.last = row;
    if (row.entryState !== 'waiting') continue;
    if (row.bought) {
      page.bought.push(row.entryId);
      continue;
    }
    if (await judgeEntry(look, page, { row, now })) left -= 1;
  }
  return page;
}

/** Adds what is ruled about one of them; says whether it takes a place. */
async function judgeEntry(
  look: PageLook,
  page: JudgedPage,
  { row, now }: { row: PageRow; now: Date },
): Promise<boolean> {
  const facts = factsFor(look, row, now);
  let ruling = judge(facts);
  const rendered = ruling.reason === null ? await renderForEntry(look, row) : null;
  if (rendered && 'missing' in rendered) ruling = judge({ ...facts, missing: rendered.missing });
  const ruled = ruledEntry(look, { row, ruling, now });
  page.ruled.push(ruled);
  if (ruling.state === 'withheld' && ruled.state === 'withheld') page.withheld += 1;
  if (ruling.reason !== null) return ruled.state === 'waiting' && ruling.state === 'withheld';
  page.used += 1;
  if (ruling.state === 'held-out') page.heldOut += 1;
  else if (rendered && 'content' in rendered && !('fault' in facts.address)) {
    page.outbound.push({ deliveryId: ruled.id, to: facts.address.to, content: rendered.content });
  }
  return true;
}

function ruledEntry(
  look: PageLook,
  { row, ruling, now }: { row: PageRow; ruling: Ruling; now: Date },
): RuledEntry {
  const own = { state: ruling.state, reason: ruling.reason, channel: look.input.channel };
  const speaksAgainst = speaksAgainstChannel(own);
  const isLast = look.message.channels.at(-1) === own.channel;
  return {
    id: row.deliveryId ?? newId(look.parts.clock),
    entryId: row.entryId,
    customerId: row.customerId,
    arm: ruling.arm,
    ...(speaksAgainst ? (isLast ? furthest(row, own) : { ...own, state: 'waiting' }) : own),
    verdict: verdictOf(row, { ...own, at: now.toISOString(), words: ruling.words }),
  };
}

type Said = Pick<Verdict, 'state' | 'reason' | 'channel'>;

function speaksAgainstChannel({ state, reason }: Said): boolean {
  return state === 'withheld' && reason !== null && nextChannelReasons.includes(reason);
}

/** Of the channels' last refusals the one that got furthest in the gate's order; of two that got as far, the first. */
function furthest<Own extends Said>({ verdicts }: PageRow, own: Own): Own {
  const last = new Map(verdicts.map((verdict) => [verdict.channel, verdict]));
  last.delete(own.channel);
  const refusals = [...last.values()].filter(speaksAgainstChannel).map(({ state, reason, channel }) => ({
    ...own,
    ...{ state, reason, channel },
  }));
  return [...refusals, own].reduce((best, one) => (isFurther(one.reason!, best.reason!) ? one : best));
}

/** What this channel said last is not said again, wave after wave; a would-send is always said. */
function verdictOf({ verdicts }: PageRow, verdict: Verdict): Verdict | null {
  if (verdict.reason === null) return verdict;
  const last = verdicts.findLast(({ channel }) => channel === verdict.channel);
  const isSaid = last?.state === verdict.state && last.reason === verdict.reason;
  return isSaid || verdicts.length >= mostVerdicts ? null : verdict;
}
