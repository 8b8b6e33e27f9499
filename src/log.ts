import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';
import { framesOf, plainMessage } from './plain-error.ts';

export type Log = Logger;

/**
 * JSON lines on standard output, unless they are to go elsewhere. No personal data: ids of ours, codes, numbers and paths as routes write them, never
 * an address, an id of the shop's or the text of a message.
 */
export function createLog(part: string, level: Config['KAIROS_LOG_LEVEL'], to?: DestinationStream): Log {
  const options = { level, base: { part, pid: process.pid }, serializers: { err: sayError } };
  return to ? pino(options, to) : pino(options);
}

/** A log that says nothing. */
export const silentLog: Log = pino({ level: 'silent' });

/** PostgreSQL repeats the values it was given in `detail` and `where`, and in the message of a data error. */
function sayError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const {
    code,
    constraint_name: constraint,
    table_name: table,
  } = error as unknown as Record<string, unknown>;
  return {
    type: error.name,
    code,
    constraint,
    table,
    message: plainMessage(error),
    stack: framesOf(error),
    cause: error.cause === undefined ? undefined : sayError(error.cause),
  };
}
