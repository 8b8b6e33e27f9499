import { topicPattern } from '../domain/consent.ts';
import { problemsOfSpan, shown } from './check-field.ts';
import type { MessageType } from './message.ts';

const highestPriority = 100;

/** What is wrong with a message's declaration, one sentence for each mistake: the field, what came, what was expected. */
export function problemsOfMessage({ topic, priority, overCap }: MessageType<never>): string[] {
  return [
    ...(topic === undefined || topicPattern.test(topic)
      ? []
      : [
          `topic: ${shown(topic)} came; expected 1 to 64 letters, digits, ".", "_" or "-", such as "new-arrivals".`,
        ]),
    ...(priority === undefined || (priority >= 0 && priority <= highestPriority)
      ? []
      : [`priority: ${shown(priority)} came; expected a number from 0 to ${highestPriority}.`]),
    ...(overCap === undefined || overCap === 'drop'
      ? []
      : problemsOfSpan('overCap.deferFor', overCap.deferFor)),
  ];
}
