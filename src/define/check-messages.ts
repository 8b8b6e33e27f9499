import { StartError } from '../errors.ts';
import { problemsOfPredicate } from './check-predicate.ts';
import type { MessageType } from './message.ts';
import { saidPredicates } from './relevant.ts';

/**
 * Looks at what messages ask of their customers.
 * @throws StartError that names everything that is wrong: the message, the field, what came and what was expected.
 */
export function checkMessages(messages: readonly MessageType<unknown>[]): void {
  const problems = messages.flatMap((message) =>
    saidPredicates(message).flatMap((predicate) => problemsOfPredicate(`${message.name}.while`, predicate)),
  );
  if (problems.length === 0) return;
  throw new StartError(`These messages cannot be sent:\n${problems.map((line) => `  ${line}`).join('\n')}`);
}
