import { activityInfo, Context } from '@temporalio/activity';
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
import { callAgain, listTaken, lookAgain } from './try-again.ts';
import { turnTaken } from './turns.ts';

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
  const gate: PageParts = { ...parts, render: parts.render ?? renderMessage, calls: new CallBook() };
  const messages = new Map((parts.messages ?? declaredMessages).map((message) => [message.name, message]));
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
    if (stopped?.kind === 'paused') throw lookAgain('paused', attempt());
    if (stopped?.kind === 'pacing') throw turnTaken(stopped.laterMs);
    if (stopped) throw callAgain(stopped.retryAfterMs, attempt());
  };
  const serve = async (input: PageInput, message: MessageType<unknown>) => {
    const left = await passLeftovers(gate, message, input);
    const next = channelAfter(message, input.channel);
    await call(input, left, next);
    if (left.waiting) throw lookAgain(left.waiting, attempt());
    const passage = await passPage(gate, message, input);
    if (passage.kind === 'waiting') throw lookAgain(passage.reason, attempt());
    if (passage.kind === 'list-taken') throw listTaken(attempt());
    await call(input, passage, next);
    if (next === null) return passage.answer;
    // Those whom this page did not reach after all go before whoever else is next: they were decided on.
    const among = message.channels.slice(message.channels.indexOf(next));
    const turnedTo = await channelTurnedTo(gate.database.sql, { ...input, among });
    return turnedTo === null ? passage.answer : { next: turnedTo, lookAgain: passage.answer.lookAgain };
  };
  /** The pages that are like it and follow upon it as well, for a while: each that is asked for by itself is six events of the history. */
  const servePages = async (input: PageInput, message: MessageType<unknown>) => {
    const realMs = () => gate.clock.realNow().getTime();
    const until = realMs() + (parts.pagesMs ?? bounds.pagesMs);
    let answer = await serve(input, message);
    while (isLike(input, answer) && realMs() < until && !abort()?.aborted)
      answer = await serve(input, message);
    return answer;
  };
  return {
    servePage: (input) => beating(heartbeat, () => servePages(input, declaredMessage(messages, input))),
  };
}

function isLike(input: PageInput, answer: PageAnswer): boolean {
  return answer.next === input.channel && (answer.line ?? false) === (input.line ?? false);
}
