import type { AssignedCode } from '../src/db/queries/codes.ts';
import type { PageRow } from '../src/db/queries/page-facts.ts';
import type { RuledEntry } from '../src/db/queries/record-page.ts';
import type { BoughtEntry } from '../src/db/queries/waiting-entries.ts';
import { isFurther, mostVerdicts, speaksAgainstChannel, type Verdict } from '../src/domain/delivery.ts';
import { judge, type GateFacts, type Ruling } from '../src/domain/gate.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { Outbound } from './channels/channel.ts';
import {
  besideWords,
  deliveryIdOf,
  factsFor,
  renderForEntry,
  takePageStock,
  type PageLook,
} from './page-look.ts';
import { sayTogether, toldTogether } from './rivals.ts';
import type { WordingStock } from './wording.ts';

/** What the gate ruled about a page, longest waiting first. */
export interface JudgedPage {
  ruled: RuledEntry[];
  /** Those that are to be called. */
  outbound: Outbound[];
  /** The codes that go out with them. */
  assigned: AssignedCode[];
  /** Entries of other products that a delivery tells of too. */
  together: { entryId: string; deliveryId: string }[];
  /** Entries whose customers bought the product, or a substitute, since; and which of them. */
  bought: BoughtEntry[];
  used: number;
  heldOut: number;
  withheld: number;
  /** The last entry looked at; null when there was none. */
  last: PageRow | null;
  /** Of those where it is quiet, when the first may be written to; null when there was none. */
  quietUntil: number | null;
}

/**
 * Judges one after the other until the places are gone. Only a would-send uses a place, held out or not. Who is not
 * reached here and would be on a later channel keeps one, until that channel has been asked: they waited longer than
 * those who come after them. Who is reached nowhere is passed over at once: of such there may be any number.
 */
export async function judgePage(
  look: PageLook,
  { rows, now, places }: { rows: readonly PageRow[]; now: Date; places: number },
): Promise<JudgedPage> {
  const page: JudgedPage = {
    ruled: [],
    outbound: [],
    assigned: [],
    together: [],
    bought: [],
    used: 0,
    heldOut: 0,
    withheld: 0,
    last: null,
    quietUntil: null,
  };
  const stock = await takePageStock(look, rows, Math.min(rows.length, Math.max(places, 0)));
  const at = now.toISOString();
  let left = places;
  for (const row of rows) {
    if (left <= 0) break;
    page.last = row;
    if (row.entryState !== 'waiting') continue;
    if (row.bought !== null) {
      page.bought.push({ entryId: row.entryId, sku: row.bought });
      continue;
    }
    if (await judgeEntry(look, page, { row, now, at, stock })) left -= 1;
  }
  return page;
}

/** Adds what is ruled about one of them; says whether it takes a place. */
async function judgeEntry(
  look: PageLook,
  page: JudgedPage,
  { row, now, at, stock }: { row: PageRow; now: Date; at: string; stock: WordingStock },
): Promise<boolean> {
  const found = askChannels(look, row, now);
  const last = found.at(-1)!;
  // Reached on a later channel: the call is made on that one's own queue, by its own page.
  if (last.ruling.reason === null && last.channel !== look.input.channel) {
    const tried = found.slice(0, found.findIndex(({ channel }) => channel === look.input.channel) + 1);
    const { channel, ruling } = tried.at(-1)!;
    const refused = ruledEntry(look, { row, found: tried, at });
    page.ruled.push({ ...refused, state: 'waiting', reason: ruling.reason, channel });
    return true;
  }
  const { facts } = last;
  const rendered = last.ruling.reason === null ? await renderForEntry(look, row, stock) : null;
  if (rendered && 'missing' in rendered) last.ruling = judge({ ...facts, missing: rendered.missing });
  const { ruling } = last;
  const variant = rendered && 'content' in rendered ? rendered.variant : null;
  const together = ruling.reason === null ? toldTogether(look, row) : [];
  sayTogether(ruling, together);
  const ruled = { ...ruledEntry(look, { row, found, at }), variant };
  page.together.push(...together.map(({ entryId }) => ({ entryId, deliveryId: ruled.id })));
  page.ruled.push(ruled);
  if (ruling.state === 'withheld') {
    page.withheld += 1;
    page.quietUntil = earlier(page.quietUntil, ruling.until ?? null);
  }
  if (ruling.reason !== null) return false;
  page.used += 1;
  if (ruling.state === 'held-out') page.heldOut += 1;
  else if (rendered && 'content' in rendered && !('fault' in facts.address)) {
    const { content, code } = rendered;
    page.outbound.push({ deliveryId: ruled.id, to: facts.address.to, content, ...besideWords(look, row) });
    if (code !== null) page.assigned.push({ code, deliveryId: ruled.id });
    if (code === stock.free[0]) stock.free.shift();
  }
  return true;
}

/** The earlier of two times; what is none is no time at all. */
export function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** What the gate finds on a channel. */
interface Found {
  channel: Channel;
  /** What it was judged by. */
  facts: GateFacts;
  ruling: Ruling;
}

/**
 * Asks this channel, and the ones after it as long as each speaks against itself: the last found is what counts. A page of
 * the line whose channel is not the first asks those before too, so that the ledger says why they were passed over; whom
 * one of them has come to reach meanwhile is told here all the same.
 */
function askChannels(look: PageLook, row: PageRow, now: Date): Found[] {
  const { channels } = look.message;
  const own = channels.indexOf(look.input.channel);
  const found = askEach(look, { row, now }, look.input.line ? channels : channels.slice(own));
  const { channel, ruling } = found.at(-1)!;
  const isEarlier = ruling.reason === null && channels.indexOf(channel) < own;
  return isEarlier ? askEach(look, { row, now }, channels.slice(own)) : found;
}

function askEach(
  look: PageLook,
  { row, now }: { row: PageRow; now: Date },
  channels: readonly Channel[],
): Found[] {
  const found: Found[] = [];
  for (const channel of channels) {
    const facts = factsFor(look, row, now, channel);
    const ruling = judge(facts);
    found.push({ channel, facts, ruling });
    if (!speaksAgainstChannel(ruling)) break;
  }
  return found;
}

function ruledEntry(
  look: PageLook,
  { row, found, at }: { row: PageRow; found: readonly Found[]; at: string },
): RuledEntry {
  const said = found.map(({ channel, ruling: { state, reason } }) => ({ state, reason, channel }));
  const own = said.at(-1)!;
  const verdicts = found.map(({ channel, ruling: { state, reason, words } }) =>
    verdictOf(row, { at, channel, state, reason, words }),
  );
  return {
    id: deliveryIdOf(look, row),
    entryId: row.entryId,
    customerId: row.customerId,
    variant: null,
    arm: found.at(-1)!.ruling.arm,
    ...(speaksAgainstChannel(own) ? furthest(row, said) : own),
    verdicts: verdicts.filter((verdict) => verdict !== null),
  };
}

type Said = Pick<RuledEntry, 'state' | 'reason' | 'channel'>;

/** Of the channels' last refusals the one that got furthest in the gate's order; of two that got as far, the first. */
function furthest({ verdicts }: PageRow, said: readonly Said[]): Said {
  const last = new Map(verdicts.map((verdict) => [verdict.channel, verdict]));
  for (const { channel } of said) last.delete(channel);
  const earlier = [...last.values()]
    .filter(speaksAgainstChannel)
    .map(({ state, reason, channel }) => ({ state, reason, channel: channel! }));
  return [...earlier, ...said].reduce((best, one) => (isFurther(one.reason!, best.reason!) ? one : best));
}

/**
 * What this channel said last is not said again, wave after wave, but for a cap that is another one by now, or counts
 * another message; a would-send is always said, and so is since when somebody is passed over for another product: it is
 * how they are not passed over for ever.
 */
function verdictOf({ verdicts }: PageRow, verdict: Verdict): Verdict | null {
  if (verdict.reason === null) return verdict;
  const last = verdicts.findLast(({ channel }) => channel === verdict.channel);
  const isTrue = verdict.reason !== 'capped' || last?.words === verdict.words;
  const isSaid = last?.state === verdict.state && last.reason === verdict.reason && isTrue;
  if (isSaid) return null;
  const isFirstRival =
    verdict.reason === 'competing' && !verdicts.some(({ reason }) => reason === 'competing');
  return verdicts.length >= mostVerdicts && !isFirstRival ? null : verdict;
}
