import { ApplicationFailure } from '@temporalio/common';
import type { MessageType } from '../src/define/message.ts';
import type { Channel } from '../src/domain/task-queues.ts';

/**
 * The message that is to be sent on a channel. @throws an error that is tried again when this worker does not know it,
 * for another may; a failure for good when it has nothing to say there.
 */
export function declaredMessage(
  messages: ReadonlyMap<string, MessageType<unknown>>,
  wanted: { message: string; channel: Channel },
): MessageType<unknown> {
  const message = messages.get(wanted.message);
  if (!message) {
    throw new Error(
      `This worker knows no message ${wanted.message}: it knows ${[...messages.keys()].join(', ')}.`,
    );
  }
  if (message.channels.includes(wanted.channel)) return message;
  throw ApplicationFailure.nonRetryable(
    `The message ${message.name} has no content for ${wanted.channel}: its channels are ${message.channels.join(', ')}.`,
    'not-found',
  );
}
