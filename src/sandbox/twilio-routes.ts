import { randomBytes } from 'node:crypto';
import express, { type ErrorRequestHandler, type RequestHandler, type Response, type Router } from 'express';
import type { Clock } from '../clock.ts';
import { sandboxBounds } from './bounds.ts';
import { hold } from './hold.ts';
import type { InboxMessage } from './inbox-message.ts';
import { InboxFullError } from './message-file.ts';
import type { SandboxParts } from './sandbox-parts.ts';
import { readTextMessage, twilioError, type TextMessage, type TwilioError } from './twilio-message.ts';

const version = '2010-04-01';
const accountSid = /^AC[0-9a-f]{32}$/i;

/** `POST /2010-04-01/Accounts/{sid}/Messages.json`, as Twilio answers it. */
export function twilioRoutes({ inbox, faults, clock, provider }: SandboxParts): Router {
  const router = express.Router();
  router.post(
    `/${version}/Accounts/:account/Messages.json`,
    requireKey,
    express.urlencoded({ extended: false, limit: sandboxBounds.smsBytes }),
    async (req, res) => {
      const account = String(req.params['account']);
      const read = readTextMessage((req.body ?? {}) as Record<string, unknown>);
      if ('error' in read) return refuse(res, read.error);
      if (read.message.channel === 'sms' && provider?.hasOptedOut(read.message.to)) {
        return refuse(res, twilioError(400, 21610, 'Attempt to send to unsubscribed recipient'));
      }
      const fault = faults.take(read.message.channel);
      switch (fault) {
        case 'refuse':
          return refuse(res, twilioError(400, 21612, 'The number cannot be reached from this sender.'));
        case 'rate-limit':
          res.set('Retry-After', '1');
          return refuse(res, twilioError(429, 20429, 'Too Many Requests'));
        case 'server-error':
          return refuse(res, twilioError(500, 20500, 'Internal Server Error'));
        case 'timeout':
          return hold(res);
        case 'accept-then-timeout':
        case null:
          break;
      }
      // Of WhatsApp the sid begins with MM, as of whatever is no plain SMS.
      const sid = `${read.message.channel === 'sms' ? 'SM' : 'MM'}${randomBytes(16).toString('hex')}`;
      const message = inboxMessageOf(sid, read.message, clock);
      await inbox.append([message]);
      provider?.textTaken(message, read.message.statusCallback);
      if (fault === 'accept-then-timeout') return hold(res);
      res.status(201).json(resourceOf(account, sid, read.message, clock));
    },
  );
  router.use(`/${version}`, (_req, res) =>
    refuse(res, twilioError(404, 20404, 'The requested resource was not found')),
  );
  router.use(`/${version}`, answerErrors);
  return router;
}

function inboxMessageOf(sid: string, message: TextMessage, clock: Clock): InboxMessage {
  const { channel, to, from, body, contentSid, deliveryId } = message;
  const at = clock.now().toISOString();
  const headers: Record<string, string> = contentSid ? { contentSid } : {};
  const parts = { subject: null, html: null, text: body, headers };
  return { id: sid, channel, to, from, ...parts, deliveryId, at };
}

/** The message as Twilio's API shows it right after it was made. */
function resourceOf(
  account: string,
  sid: string,
  message: TextMessage,
  clock: Clock,
): Record<string, unknown> {
  const uri = `/${version}/Accounts/${account}/Messages/${sid}`;
  const made = clock.realNow().toUTCString().replace('GMT', '+0000');
  const service = message.messagingServiceSid;
  return {
    account_sid: account,
    api_version: version,
    body: message.body,
    date_created: made,
    date_sent: null,
    date_updated: made,
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    // With a service, Twilio chooses the number later.
    from: service ? null : message.from,
    messaging_service_sid: service,
    num_media: '0',
    num_segments: service ? '0' : '1',
    price: null,
    price_unit: 'USD',
    sid,
    status: service ? 'accepted' : 'queued',
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.channel === 'whatsapp' ? `whatsapp:${message.to}` : message.to,
    uri: `${uri}.json`,
  };
}

/** Any token will do for an account whose sid has the right shape; an API key may stand for the account. */
const requireKey: RequestHandler = (req, res, next) => {
  const [user, password] = basicOf(req.headers.authorization);
  if (!password || !/^(AC|SK)[0-9a-f]{32}$/i.test(user)) {
    res.set('WWW-Authenticate', 'Basic realm="Twilio API"');
    return refuse(res, twilioError(401, 20003, 'Authenticate'));
  }
  const account = String(req.params['account']);
  if (!accountSid.test(account) || (user.startsWith('AC') && user !== account)) {
    return refuse(res, twilioError(404, 20404, `The requested resource ${req.path} was not found`));
  }
  next();
};

function basicOf(header: string | undefined): [string, string] {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header ?? '')?.[1] ?? '';
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [user, rest.join(':')];
}

function refuse(res: Response, error: TwilioError): void {
  res.status(error.status).json(error);
}

const answerErrors: ErrorRequestHandler = (thrown: unknown, _req, res, next) => {
  const status = (thrown as { status?: unknown }).status;
  if (thrown instanceof InboxFullError) res.set('Retry-After', '1');
  if (thrown instanceof InboxFullError) return refuse(res, twilioError(429, 20429, thrown.message));
  if (typeof status === 'number' && status < 500)
    return refuse(res, twilioError(status, 20001, 'Invalid parameter'));
  next(thrown);
};
