import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import type { z } from 'zod';
import { AppError, errorCodes } from '../errors.ts';
import { sayIssues } from '../issues.ts';
import type { Log } from '../log.ts';
import { sandboxBounds } from './bounds.ts';
import type { MessageFile, MessageFilter } from './message-file.ts';
import type { SandboxParts } from './sandbox-parts.ts';
import { faultOrder, messagesQuery } from './schemas.ts';

const page = readFileSync(new URL('./inbox.html', import.meta.url), 'utf8');

/** What people and tests see of the sandbox: the inbox as a page and as JSON, and the faults. */
export function inboxRoutes({ inbox, faults }: Pick<SandboxParts, 'inbox' | 'faults'>): Router {
  const router = express.Router();
  // A restart begins counting anew, so the count alone would not tell whether something is new.
  const start = randomBytes(6).toString('base64url');
  router.get('/sandbox', (_req, res) => sendPage(res));
  router.get('/sandbox/messages', async (req, res) => {
    const filter = readQuery(req);
    const tag = `"${start}-${inbox.count}"`;
    res.set({ ETag: tag, 'Cache-Control': 'no-cache' });
    if (req.headers['if-none-match'] === tag) return void res.status(304).end();
    await sendMessages(res, inbox, filter);
  });
  router.get('/sandbox/faults', (_req, res) => void res.json({ faults: faults.list() }));
  router.post('/sandbox/faults', express.json({ limit: sandboxBounds.bodyBytes }), (req, res) => {
    faults.order(readOrder(req));
    res.json({ faults: faults.list() });
  });
  for (const [path, methods] of [
    ['/sandbox', 'GET, HEAD'],
    ['/sandbox/messages', 'GET, HEAD'],
    ['/sandbox/faults', 'GET, HEAD, POST'],
  ] as const) {
    router.all(path, (req, res) => {
      res.set('Allow', methods);
      throw new AppError('method-not-allowed', `${path} takes ${methods}; ${req.method} came.`);
    });
  }
  return router;
}

/** What no route took. */
export function notFound(req: Request): never {
  throw new AppError(
    'not-found',
    `There is nothing at ${req.method} ${req.path}; the sandbox has /sandbox, /sandbox/messages, /sandbox/faults and /sandbox/reply.`,
  );
}

/** Answers errors as RFC 9457 has them. */
export function answerProblems(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _req, res, next) => {
    const error = problemError(thrown);
    if (error.status >= 500) log.error({ err: thrown }, 'the sandbox failed');
    if (res.headersSent) return next(thrown);
    const { code, status, message } = error;
    if (status === 429 || status === 503) res.set('Retry-After', '1');
    const problem = { type: `/docs#${code}`, title: errorCodes[code].title, status, detail: message, code };
    res.status(status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

function problemError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { type, status } = (thrown ?? {}) as { type?: unknown; status?: unknown };
  if (type === 'entity.parse.failed') return new AppError('malformed-json', 'The body is not JSON.');
  if (type === 'entity.too.large') {
    return new AppError('too-large', `The body is over ${sandboxBounds.bodyBytes} bytes.`);
  }
  if (status === 415)
    return new AppError('unsupported-encoding', 'Send the body plain, or with gzip or deflate.');
  if (typeof status === 'number' && status < 500) {
    return new AppError('malformed-body', 'The request could not be read to its end.', { cause: thrown });
  }
  return new AppError('internal', 'Something went wrong in the sandbox; it has been logged.', {
    cause: thrown,
  });
}

function readQuery(req: Request): MessageFilter {
  const read = messagesQuery.safeParse(req.query, { reportInput: true });
  if (!read.success) throw new AppError('malformed-query', sayIssues(read.error));
  const { to, ...rest } = read.data;
  // A plus that was not escaped comes as a space: every phone number begins with one, and no address has a space.
  return { ...rest, to: to?.replaceAll(' ', '+') };
}

function readOrder(req: Request): z.infer<typeof faultOrder> {
  if (req.body === undefined) {
    throw new AppError('malformed-body', 'Send JSON, with "Content-Type: application/json".');
  }
  const read = faultOrder.safeParse(req.body, { reportInput: true });
  if (!read.success) throw new AppError('malformed-body', sayIssues(read.error));
  return read.data;
}

/** Waits for a slow reader, and stops when the reader is gone. */
async function sendMessages(res: Response, inbox: MessageFile, filter: MessageFilter): Promise<void> {
  res.type('json');
  try {
    await pipeline(messagesAsJson(inbox, filter), res);
  } catch (error) {
    // Nobody is left to be told.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** The lines of the file are the messages' JSON already: they pass through. */
async function* messagesAsJson(
  inbox: MessageFile,
  filter: MessageFilter,
): AsyncGenerator<string | Buffer, void> {
  yield '{"messages":[';
  let separator = '';
  for await (const line of inbox.newest(filter)) {
    if (separator) yield separator;
    separator = ',';
    yield line;
  }
  yield ']}';
}

/** The mails in it are somebody else's: nothing of theirs runs, and the page itself loads nothing from elsewhere. */
function sendPage(res: Response): void {
  const nonce = randomBytes(16).toString('base64');
  res
    .set({
      'Content-Security-Policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        "style-src 'unsafe-inline'",
        'img-src data: http: https:',
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    })
    .type('html')
    .send(page.replaceAll('__NONCE__', nonce));
}
