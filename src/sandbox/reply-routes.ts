import express, { type Router } from 'express';
import { AppError } from '../errors.ts';
import { sayIssues } from '../issues.ts';
import { sandboxBounds } from './bounds.ts';
import type { InboundMessage } from './provider.ts';
import type { SandboxParts } from './sandbox-parts.ts';
import { replySchema } from './schemas.ts';

/** `POST /sandbox/reply` is a customer who writes: Kairos is told as SendGrid and Twilio tell it, signed. */
export function replyRoutes({ provider }: Pick<SandboxParts, 'provider'>): Router {
  const router = express.Router();
  router.post('/sandbox/reply', express.json({ limit: sandboxBounds.bodyBytes }), async (req, res) => {
    if (provider === null) {
      const detail = 'This sandbox was told of no Kairos to call back, so nobody can answer here.';
      throw new AppError('unavailable', detail);
    }
    const { id, status } = await provider.write(readReply(req.body));
    res.json({ id, taken: status !== null && status >= 200 && status < 300, status });
  });
  router.all('/sandbox/reply', (req, res) => {
    res.set('Allow', 'POST');
    throw new AppError('method-not-allowed', `/sandbox/reply takes POST; ${req.method} came.`);
  });
  return router;
}

function readReply(came: unknown): InboundMessage {
  if (came === undefined) {
    throw new AppError('malformed-body', 'Send JSON, with "Content-Type: application/json".');
  }
  const read = replySchema.safeParse(came, { reportInput: true });
  if (!read.success) throw new AppError('malformed-body', sayIssues(read.error));
  const { channel, from, to, text, body, subject } = read.data;
  return {
    channel: channel ?? (from.includes('@') ? 'email' : 'sms'),
    from,
    to,
    text: text ?? body ?? '',
    subject,
  };
}
