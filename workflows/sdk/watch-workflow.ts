import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineSignal,
  makeContinueAsNewFunc,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { isEachState, isOccurrence } from '../../src/define/watch.ts';
import { outcomePattern } from '../../src/domain/outcome.ts';
import { dispatchSignal, type RunDispatch } from '../../src/domain/run-input.ts';
import type { WatchInput, WatchState, WatchWake } from '../../src/domain/watch-input.ts';
import { askDatabase } from './ask-database.ts';
import { close, endOutcome } from './closing.ts';
import { Ending } from './ending.ts';
import { WatchHost } from './watch-host.ts';
import { WatchInbox } from './watch-inbox.ts';
import { WatchRun, type Progress, type WatchRules } from './watch-run.ts';

/**
 * Carries a watch through one of its workflows.
 *
 *   the author's code returns    ->  the next workflow begins the line anew: a new episode, of the newest version;
 *                                    with nobody left in line, and nothing to hear, the run ends instead
 *   it has come to a pause, or the history is long  ->  the next workflow goes on where this one was
 *   cancelled by an operator     ->  `cancelled`, asked of the row
 *   told that it has ended       ->  the end's outcome; its row is closed already
 *
 * The next workflow is handed one small object, made in the same task in which this one ends: a signal that comes
 * meanwhile makes Temporal run that task again, with the signal heard first. So none is lost. Search attributes are
 * handed on by Temporal; the static summary is not (the SDK has no place for it), so the details say what goes on.
 */
export async function carryWatch(
  rules: WatchRules,
  run: (run: WatchRun) => Promise<string>,
  input: WatchInput,
): Promise<string> {
  const inbox = new WatchInbox(input, (wake) => ownOf(rules, wake));
  const ending = new Ending();
  setHandler(defineSignal<[RunDispatch]>(dispatchSignal), (dispatch) => {
    inbox.receive(dispatch);
    if (inbox.end) ending.end(endOutcome(inbox.end));
  });
  CancellationScope.current().cancelRequested.catch(() => ending.end('cancelled'));
  const progress = progressOf(input.state);
  const host = new WatchHost(input, { inbox, ending, lasts: rules.lasts ?? null });
  const code = ending.run(() => run(new WatchRun(rules, input, { progress, host })));
  const closed = await CancellationScope.nonCancellable(async () => {
    const isEpisodeOver = await settled(code, host, ending);
    const { runId } = input;
    let { workflowType } = workflowInfo();
    if (isEpisodeOver && ending.outcome === null) {
      const outcome = await code;
      checkEpisode(outcome, progress);
      const end = hasMore(progress, inbox) ? {} : { end: { outcome, heard: inbox.heardUpTo } };
      const next = await askDatabase('the newest version', (activities) =>
        activities.newestVersion({ runId, ...end }),
      );
      if (typeof next !== 'string') return next.closed;
      workflowType = next;
    }
    // Also when it ended while that was asked.
    if (ending.outcome !== null) return close({ runId, outcome: ending.outcome, inbox });
    const state = nextState(isEpisodeOver ? { ...progress, done: [] } : progress, inbox);
    return makeContinueAsNewFunc<Next>({ workflowType })({ ...input, state });
  });
  if (closed === 'cancelled') throw new CancelledFailure('Cancelled by an operator');
  return closed;
}

/** Of events that stand for themselves each counts, of states that are told of by themselves the newest wake on each. */
function ownOf(rules: WatchRules, { name, seq, data }: WatchWake): string | null {
  const crossing = rules.wakes[name];
  if (isOccurrence(crossing)) return String(seq);
  if (crossing?.of !== 'event' || !isEachState(crossing, rules)) return null;
  return String(data?.[crossing.event.per!] ?? seq);
}

type Next = (input: WatchInput) => Promise<string>;

function progressOf(state: WatchState | undefined): Progress {
  if (!state) return { done: [], serving: null, waves: 0 };
  const { done, serving, waves } = state;
  return { done: [...done], serving: serving && { ...serving }, waves };
}

function nextState(progress: Progress, inbox: WatchInbox): WatchState {
  return { ...progress, inbox: inbox.left, heardUpTo: inbox.heardUpTo };
}

/** Waits until the code has returned (true), gives way, or has ended and nothing is under way any more. */
async function settled(code: Promise<string>, host: WatchHost, ending: Ending): Promise<boolean> {
  let isSettled = false;
  const settle = () => void (isSettled = true);
  code.then(settle, settle);
  await condition(() => isSettled || host.isOver || (ending.outcome !== null && host.asking === 0));
  return isSettled;
}

/** Whether it has heard already what its code waits for: then the next episode follows. */
function hasMore({ done }: Progress, inbox: WatchInbox): boolean {
  const awaited = done.flatMap((step) => (step.step === 'until' ? [step.wake.name] : []));
  return inbox.left.some(({ name }) => awaited.includes(name));
}

function checkEpisode(outcome: unknown, { done }: Progress): void {
  if (typeof outcome !== 'string' || !outcomePattern.test(outcome)) {
    throw ApplicationFailure.nonRetryable(
      `The watch returned ${JSON.stringify(outcome)}: expected a word such as 'served' (${outcomePattern.source}).`,
      'bad-outcome',
    );
  }
  if (done.some(({ step }) => step === 'until')) return;
  throw ApplicationFailure.nonRetryable(
    'The watch came to its end without having waited for anything, and would begin anew for ever: begin with until().',
    'never-waits',
  );
}
