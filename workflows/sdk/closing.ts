import { condition } from '@temporalio/workflow';
import { askDatabase } from './ask-database.ts';
import type { Inbox } from './inbox.ts';

/**
 * Closes the run's row, and tells the outcome that stands there in the end. The row is closed only when nothing is
 * owed to the run: an event that was meant for it is heard first, so that none falls between this run and the next.
 * A run that was ended by a dispatch has a closed row already.
 */
export async function close(run: {
  runId: string;
  outcome: string;
  inbox: Pick<Inbox, 'end' | 'heardUpTo'>;
}): Promise<string> {
  const { runId, outcome, inbox } = run;
  for (;;) {
    if (inbox.end) return endOutcome(inbox.end);
    const heard = inbox.heardUpTo;
    const answer = await askDatabase(`close as ${outcome}`, (activities) =>
      activities.closeRun({ runId, outcome, heard }),
    );
    if (answer.closed) return answer.outcome;
    const { owed } = answer;
    await condition(() => inbox.end !== null || inbox.heardUpTo >= owed);
  }
}

/** The outcome of a dispatch that ends a run. */
export function endOutcome(end: { outcome?: string; name: string }): string {
  return end.outcome ?? end.name;
}
