import type { SendAnswer } from '../../activities/contract.ts';
import { gateReasons, nextChannelReasons } from '../../src/domain/delivery.ts';

/** Whether the next channel of the message is to be tried. */
export function fallsThrough(answer: SendAnswer): boolean {
  return answer.state === 'withheld' && answer.reason !== null && nextChannelReasons.includes(answer.reason);
}

/** The answer that got furthest through the gate; of two that got equally far the first. */
export function furthest(answers: readonly SendAnswer[]): SendAnswer {
  return answers.reduce((best, answer) => (progress(answer) > progress(best) ? answer : best));
}

/** How many checks were passed. */
function progress(answer: SendAnswer): number {
  const stoppedAt = answer.state === 'withheld' && answer.reason ? gateReasons.indexOf(answer.reason) : -1;
  return stoppedAt < 0 ? gateReasons.length : stoppedAt;
}
