import { randomBytes } from 'node:crypto';
import express, { type ErrorRequestHandler, type RequestHandler, type Response, type Router } from 'express';
import type { Clock } from '../clock.ts';
import { sandboxBounds } from './bounds.ts';
import { hold } from './hold.ts';
import type { InboxMessage } from './inbox-message.ts';
import { InboxFullError } from './message-file.ts';
import type { SandboxParts } from './sandbox-parts.ts';
import { error, type SendGridError } from './sendgrid-errors.ts';
import { readMails, type Mail } from './sendgrid-mail.ts';

/** `POST /v3/mail/send`, as SendGrid answers it. */
export function sendGridRoutes({ inbox, faults, clock, provider }: SandboxParts): Router {
  const router = express.Router();
  router.post(
    '/v3/mail/send',
    requireKey,
    requireJson,
    express.json({ limit: sandboxBounds.mailBytes }),
    async (req, res) => {
      const read = readMails(req.body);
      if ('errors' in read) return refuse(res, 400, read.errors);
      const fault = faults.take('email');
      switch (fault) {
        case 'refuse':
          return refuse(res, 400, [
            error(
              'Does not contain a valid address.',
              'personalizations.0.to.0.email',
              'message.recipient-errors',
            ),
          ]);
        case 'rate-limit':
          res.set('Retry-After', '1');
          return refuse(res, 429, [error('too many requests', null)]);
        case 'server-error':
          return refuse(res, 500, [error('Internal Server Error', null)]);
        case 'timeout':
          return hold(res);
        case 'accept-then-timeout':
        case null:
          break;
      }
      const requestId = randomBytes(16).toString('base64url');
      const messages = read.mails.map((mail, i) => messageOf(mail, `${requestId}.${i}`, clock));
      await inbox.append(messages);
      provider?.mailsTaken(messages);
      if (fault === 'accept-then-timeout') return hold(res);
      res.status(202).set('X-Message-Id', requestId).end();
    },
  );
  router.use('/v3', (_req, res) => refuse(res, 404, [error('not found', null)]));
  router.use('/v3', answerErrors);
  return router;
}

function messageOf(mail: Mail, id: string, clock: Clock): InboxMessage {
  return { id, channel: 'email', ...mail, at: clock.now().toISOString() };
}

/** Any key of the right shape will do. */
const requireKey: RequestHandler = (req, res, next) => {
  const given = req.headers.authorization;
  if (given && /^Bearer SG\.[\w.-]+$/.test(given)) return next();
  const words = given
    ? 'The provided authorization grant is invalid, expired, or revoked'
    : 'Permission denied, wrong credentials';
  refuse(res, 401, [error(words, null)]);
};

const requireJson: RequestHandler = (req, res, next) => {
  if (req.is('json')) return next();
  refuse(res, 415, [error('Content-Type should be application/json.', null)]);
};

function refuse(res: Response, status: number, errors: SendGridError[]): void {
  res.status(status).json({ errors });
}

const answerErrors: ErrorRequestHandler = (thrown: unknown, _req, res, next) => {
  const status = (thrown as { status?: unknown }).status;
  // SendGrid's own 413 comes from its gateway, as a page.
  if (status === 413)
    return void res.status(413).type('html').send('<html><body>413 Request Entity Too Large</body></html>');
  if (thrown instanceof InboxFullError) res.set('Retry-After', '1');
  if (thrown instanceof InboxFullError) return refuse(res, 429, [error(thrown.message, null)]);
  if (typeof status === 'number' && status < 500) return refuse(res, 400, [error('Bad Request', null)]);
  next(thrown);
};
