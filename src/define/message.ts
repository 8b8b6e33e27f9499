import type { Channel } from '../domain/task-queues.ts';
import type { Purpose } from '../domain/delivery.ts';

/** A message that journeys can send: its durable name, its purpose, its channels in order of preference. */
export interface MessageType<Data = Record<string, never>> {
  readonly name: string;
  readonly purpose: Purpose;
  readonly channels: readonly [Channel, ...Channel[]];
  /** Only for the compiler: never set. Ids, quantities and amounts only, for they pass through Temporal. */
  readonly data?: Data;
}

/** Declares a message; its content stands beside it in `<name>.content.ts`. */
export function message<Data>(declared: Omit<MessageType<Data>, 'data'>): MessageType<Data> {
  return declared;
}
