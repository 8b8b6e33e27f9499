import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineSignal,
  setHandler,
} from '@temporalio/workflow';
import { outcomePattern } from '../../src/domain/outcome.ts';
import { dispatchSignal, type RunDispatch, type RunInput } from '../../src/domain/run-input.ts';
import { close, endOutcome } from './closing.ts';
import { Ending } from './ending.ts';
import { Inbox } from './inbox.ts';
import { JourneyRun, type JourneyRules } from './journey-run.ts';
import { TemporalHost } from './temporal-host.ts';

/**
 * Carries one run from its first task to its close, and returns its outcome.
 *
 *   the author's code returns  ->  its word      \
 *   it has lasted              ->  `expired`      > asked of the row, which may know better
 *   cancelled by an operator   ->  `cancelled`   /
 *   told that it has ended     ->  the end's outcome; its row is closed already
 *
 * The later three cancel what the code waits for; whatever it does then changes nothing. A send under way is seen
 * through in every case. An end beats a timer that is due in the same task, because signals are handled first.
 */
export async function carry(
  rules: JourneyRules,
  run: (run: JourneyRun) => Promise<string>,
  input: RunInput,
): Promise<string> {
  const inbox = new Inbox();
  const ending = new Ending();
  setHandler(defineSignal<[RunDispatch]>(dispatchSignal), (dispatch) => {
    inbox.receive(dispatch);
    if (inbox.end) ending.end(endOutcome(inbox.end));
  });
  CancellationScope.current().cancelRequested.catch(() => ending.end('cancelled'));
  const host = new TemporalHost(input, inbox, ending);
  const code = ending.run(() => run(new JourneyRun(rules, input, host)));
  const closed = await CancellationScope.nonCancellable(async () => {
    const outcome = await outcomeOf(code, host, ending);
    return close({ runId: input.runId, outcome, inbox });
  });
  if (closed === 'cancelled') throw new CancelledFailure('Cancelled by an operator');
  return closed;
}

/** Waits for the code to return, or for an end; for the latter only until nothing is being sent any more. */
async function outcomeOf(code: Promise<string>, host: TemporalHost, ending: Ending): Promise<string> {
  let settled = false;
  const settle = () => void (settled = true);
  code.then(settle, settle);
  await condition(() => settled || (ending.outcome !== null && host.sending === 0));
  return ending.outcome ?? checked(await code);
}

function checked(outcome: unknown): string {
  if (typeof outcome === 'string' && outcomePattern.test(outcome)) return outcome;
  throw ApplicationFailure.nonRetryable(
    `The journey returned ${JSON.stringify(outcome)}: expected a word such as 'lost' (${outcomePattern.source}).`,
    'bad-outcome',
  );
}
