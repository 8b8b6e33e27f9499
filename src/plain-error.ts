import { isDataError } from './db/unavailable.ts';
import { withoutAddresses } from './domain/without-addresses.ts';

/** V8 and PostgreSQL quote the value that they stumble over. */
const quoting = [RangeError, SyntaxError, URIError];

/** What an error says, as far as it may stand in a log or in Temporal's history: without the values of a person. */
export function plainMessage(error: Error): string {
  if (isDataError(error)) return 'a value that the database refused';
  if (quoting.some((kind) => error instanceof kind))
    return 'a value that is not repeated here was not as expected';
  // Drizzle's has the statement, and then every value that it was given.
  return withoutAddresses(error.message.split('\nparams: ')[0]!);
}

/** Where an error was thrown: the lines of its stack, without the message that it begins with. */
export function framesOf(error: Error): string | undefined {
  return error.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
}
