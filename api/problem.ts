import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { AppError, errorCodes, type ErrorCode } from '../src/errors.ts';
import { isUnavailable } from '../src/db/unavailable.ts';
import type { Log } from '../src/log.ts';

/** An error as RFC 9457 has it, with our stable `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
}

/** After how many seconds to come back, for the errors that pass. */
const retryAfterSeconds: Partial<Record<ErrorCode, number>> = { 'too-many': 1, unavailable: 2 };

/** The problem of an error of the table. */
export function problemOf({ code, message, status }: AppError): Problem {
  return { type: `/docs#${code}`, title: errorCodes[code].title, status, detail: message, code };
}

/** Answers with a problem; `more` is told beside it. */
export function sendProblem(res: Response, error: AppError, more: Record<string, unknown> = {}): void {
  const seconds = retryAfterSeconds[error.code];
  if (seconds !== undefined) res.set('Retry-After', String(seconds));
  if (error.status === 401) res.set('WWW-Authenticate', 'Bearer realm="kairos"');
  res
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problemOf(error), ...more }));
}

/** What no route took. */
export const notFound: RequestHandler = (req) => {
  throw new AppError(
    'not-found',
    `There is nothing at ${req.method} ${req.path}; /docs lists what there is.`,
  );
};

/** Turns what a route threw into its answer. What is not a user's doing is logged. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    const error = asAppError(thrown);
    if (error.status >= 500)
      log.error({ err: thrown as unknown, code: error.code, method: req.method }, 'failed');
    if (res.headersSent) return next(thrown);
    sendProblem(res, error);
  };
}

function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof URIError || (thrown as { type?: unknown } | null)?.type === 'uri.decode') {
    return new AppError(
      'malformed-query',
      'The path has a % that does not begin a character: write each byte of its UTF-8 as % and two hexadecimal digits.',
    );
  }
  if (isUnavailable(thrown)) {
    return new AppError('unavailable', 'The database does not answer at the moment; come back later.', {
      cause: thrown,
    });
  }
  return new AppError('internal', 'Something went wrong on our side; it has been logged.', { cause: thrown });
}
