import { TemporalFailure } from '@temporalio/common';
import { framesOf, plainMessage } from '../src/plain-error.ts';

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * Activities whose failures may stand in Temporal's history: an error that is not a sentence of ours made for it keeps
 * its name and where it was thrown, and repeats no value that a person may have written.
 */
export function withPlainFailures<Activities extends object>(activities: Activities): Activities {
  const plain = Object.entries(activities as Record<string, Activity>).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        throw plainFailure(error);
      }
    },
  ]);
  return Object.fromEntries(plain) as Activities;
}

function plainFailure(error: unknown): Error {
  if (error instanceof TemporalFailure) return error;
  if (!(error instanceof Error))
    return new Error(`An activity threw a ${typeof error} in place of an error.`);
  const plain = new Error(plainMessage(error), error.cause ? { cause: plainFailure(error.cause) } : {});
  plain.name = error.name;
  plain.stack = `${error.name}: ${plain.message}\n${framesOf(error) ?? ''}`;
  return plain;
}
