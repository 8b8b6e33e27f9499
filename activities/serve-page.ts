import { activityInfo, Context } from '@temporalio/activity';
import { together } from '../src/db/together.ts';
import { channelTurnedTo } from '../src/db/queries/turn-to-next.ts';
import { channelAfter, type MessageType } from '../src/define/message.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { messages as declaredMessages } from '../src/messages/index.ts';
import { renderMessage } from '../src/messages/render.ts';
import { beating } from './beating.ts';
import { CallBook } from './call-book.ts';
import { callPage } from './call-page.ts';
import type { Outbound } from './channels/channel.ts';
import type { PageActivities, PageAnswer, PageInput } from './contract.ts';
import { declaredMessage } from './declared-message.ts';
import type { RenderMessage } from './gate-look.ts';
import { passLeftovers } from './pass-leftovers.ts';
import { passPage } from './pass-page.ts';
import type { PageParts } from './page-look.ts';
import { callAgain, listTaken, Looks } from './try-again.ts';
import { turnTaken, unbounded } from './turns.ts';

export interface PageActivityParts extends Omit<PageParts, 'calls' | 'render'> {
  /** Every message that may be asked for; those of `src/messages` unless told. */
  messages?: readonly MessageType<unknown>[];
  render?: RenderMessage;
  /** Which attempt of the activity this is, from 1; Temporal's count unless told. */
  attempt?: () => number;
  /** Stops a page between two calls; Temporal's signal unless told. */
  abort?: () => AbortSignal | undefined;
  /** Says that the page is being served, every few seconds; Temporal's unless told. */
  heartbeat?: () => void;
  /** For how long one activity goes on with the pages after its own, real milliseconds; that of the bounds unless told. */
  pagesMs?: number;
}

/** Calls to make, and when those of them were begun before that are repeated. */
interface Called {
  calls: readonly Outbound[];
  doubts?: Map<string, Date>;
}

/**
 * The activity of the channels for watches. What an attempt before left undone comes first; then the gate's
 * transaction for the next page; then its calls, each marked before and settled after in commits of their own. No
 * repetition makes a second call, unless the first was certainly not taken, and none passes anybody over.
 */
export function createPageActivities(parts: PageActivityParts): PageActivities {
  // How often anybody has turned to a next channel here, of whatever page: else nobody is looked for.
  let turnings = 0;
  const { render = renderMessage } = parts;
  const gate: PageParts = { ...parts, render, calls: new CallBook(), onTurned: () => (turnings += 1) };
  const messages = new Map((parts.messages ?? declaredMessages).map((message) => [message.name, message]));
  const looks = new Looks(parts.clock);
  const attempt = parts.attempt ?? (() => activityInfo().attempt);
  const abort = parts.abort ?? (() => Context.current().cancellationSignal);
  const heartbeat = parts.heartbeat ?? (() => Context.current().heartbeat());
  const call = async (
    input: PageInput,
    { calls, doubts = new Map<string, Date>() }: Called,
    next: Channel | null,
  ) => {
    if (calls.length === 0) return;
    const asked = { messages: calls, doubts, signal: abort() };
    const stopped = await callPage({ ...gate, next }, gate.channels[input.channel]!, asked);
    if (stopped?.kind === 'paused') throw looks.again('paused', attempt());
    if (stopped?.kind === 'pacing') throw turnTaken(stopped.laterMs);
    if (stopped) throw callAgain(stopped.retryAfterMs, attempt());
  };
  /** What attempts before this one left undone; nobody else does while the pages of this one are served. */
  const serveLeft = async (input: PageInput, message: MessageType<unknown>, next: Channel | null) => {
    for (let more = true; more;) {
      const left = await passLeftovers(gate, message, input);
      await call(input, left, next);
      if (left.waiting) throw looks.again(left.waiting, attempt());
      more = left.more;
    }
  };
  const realMs = () => gate.clock.realNow().getTime();
  const pass = async (input: PageInput, message: MessageType<unknown>) => {
    const passage = await passPage(gate, message, input);
    if (passage.kind === 'waiting') throw looks.again(passage.reason, attempt());
    if (passage.kind === 'list-taken') throw listTaken(attempt());
    return { ...passage, atMs: realMs() };
  };
  /** Those whom a page did not reach after all go before whoever else is next: they were decided on. */
  const turnedTo = async (input: PageInput, { channels }: MessageType<unknown>, next: Channel | null) => {
    if (next === null) return null;
    return channelTurnedTo(gate.database.sql, { ...input, among: channels.slice(channels.indexOf(next)) });
  };
  /**
   * A page, and those that are like it and follow upon it, for a while: each that is asked for by itself is six events of
   * the history. While the provider is called for one the gate looks at the one after it, so that neither waits for the
   * other; whoever dies then leaves a page more that was decided on and certainly not called.
   */
  const servePages = async (input: PageInput, message: MessageType<unknown>) => {
    const until = realMs() + (parts.pagesMs ?? bounds.pagesMs);
    const next = channelAfter(message, input.channel);
    const isAhead = gatesAhead(gate, input.channel);
    // An attempt before this one may have left some who turned.
    let lookedAfter = -1;
    await serveLeft(input, message, next);
    let turned: Channel | null = null;
    for (let passage = await pass(input, message); ;) {
      const { answer } = passage;
      // What the gate saw while a call took long is asked again, of exactly those whom it decided on.
      const isOld = realMs() - passage.atMs > bounds.pageLookMs;
      if (isOld) await serveLeft(input, message, next);
      const goesOn = () => turned === null && isLike(input, answer) && realMs() < until && !abort()?.aborted;
      const [, ahead] = await together([
        isOld ? null : call(input, passage, next),
        isAhead && goesOn() ? pass(input, message) : null,
      ]);
      const isOver = ahead === null && !goesOn();
      // At the end in any case: an attempt that lost Temporal, and not the database, goes on beside this one for a while.
      if (lookedAfter < turnings || isOver) turned ??= await turnedTo(input, message, next);
      lookedAfter = turnings;
      if (isOver || (ahead === null && turned !== null))
        return turned === null ? answer : { next: turned, lookAgain: answer.lookAgain };
      passage = ahead ?? (await pass(input, message));
    }
  };
  return {
    servePage: (input) => beating(heartbeat, () => servePages(input, declaredMessage(messages, input))),
  };
}

/** Where a page is few calls that nothing holds up: mostly the gate's look at the next is not old by the time it is called. */
function gatesAhead({ channels, turns = unbounded }: PageParts, channel: Channel): boolean {
  return channels[channel]?.batch !== undefined && turns.perSecond(channel) === null;
}

function isLike(input: PageInput, answer: PageAnswer): boolean {
  return answer.next === input.channel && (answer.line ?? false) === (input.line ?? false);
}
