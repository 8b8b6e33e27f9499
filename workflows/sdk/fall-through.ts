import type { SendAnswer } from '../../activities/contract.ts';
import { gateReasons, nextChannelReasons, type DeliveryState } from '../../src/domain/delivery.ts';

/** Whether the next channel of the message is to be tried. */
export function fallsThrough(answer: SendAnswer): boolean {
  return answer.state === 'withheld' && answer.reason !== null && nextChannelReasons.includes(answer.reason);
}

/** The answer that got furthest through the gate; of two that got equally far the first. */
export function furthest(answers: readonly SendAnswer[]): SendAnswer {
  return answers.reduce((best, answer) => (progress(answer) > progress(best) ? answer : best));
}

/** What became of a message that passed the gate, the least first. */
const ends: readonly DeliveryState[] = [
  'cancelled',
  'failed',
  'bounced',
  'unknown',
  'held-out',
  'intended',
  'accepted',
  'delivered',
];

/** How many checks were passed; of those that passed all, how far the message came. */
function progress(answer: SendAnswer): number {
  const stoppedAt = answer.state === 'withheld' && answer.reason ? gateReasons.indexOf(answer.reason) : -1;
  return stoppedAt < 0 ? gateReasons.length + ends.indexOf(answer.state) : stoppedAt;
}
