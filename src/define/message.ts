import { topicPattern } from '../domain/consent.ts';
import type { Channel } from '../domain/task-queues.ts';
import type { Purpose } from '../domain/delivery.ts';

/** A message that journeys can send: its durable name, its purpose, its channels in order of preference. */
export interface MessageType<Data = Record<string, never>> {
  readonly name: string;
  readonly purpose: Purpose;
  readonly channels: readonly [Channel, ...Channel[]];
  /** What it is about, where customers may consent to that or refuse it by itself: `new-arrivals`. */
  readonly topic?: string;
  /** Only for the compiler: never set. Ids, quantities and amounts only, for they pass through Temporal. */
  readonly data?: Data;
}

/** Declares a message; its content stands beside it in `<name>.content.ts`. @throws Error for a topic that is none. */
export function message<Data>(declared: Omit<MessageType<Data>, 'data'>): MessageType<Data> {
  if (declared.topic !== undefined && !topicPattern.test(declared.topic)) {
    throw new Error(
      `The message ${declared.name} declares the topic ${JSON.stringify(declared.topic)}: ` +
        'expected 1 to 64 letters, digits, ".", "_" or "-", such as "new-arrivals".',
    );
  }
  return declared;
}
