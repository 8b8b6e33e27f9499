import { request } from 'node:http';
import { pipeline } from 'node:stream';
import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../src/errors.ts';
import { faultOrder, messagesQuery, replySchema } from '../../src/sandbox/schemas.ts';
import type { RouteDeps } from '../deps.ts';
import { describe } from '../openapi/describe.ts';
import { sendProblem } from '../problem.ts';

/** Headers that hold for one connection only. */
const ofConnection = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'];

/** The sandbox provider's inbox, on Kairos's own port; nothing where there is no sandbox. */
export function sandboxRoutes(router: IRouter, { config }: RouteDeps): void {
  const base = config.KAIROS_SANDBOX_URL;
  if (base === undefined) return;
  describeSandbox(router);
  router.use('/sandbox', (req, res) => pass(new URL(base), req, res));
}

const messagesAnswer = z.object({
  messages: z.array(
    z.object({
      ...{ id: z.string(), channel: z.string(), to: z.string(), from: z.string() },
      ...{ subject: z.string().nullable(), html: z.string().nullable(), text: z.string().nullable() },
      headers: z.record(z.string(), z.string()),
      deliveryId: z.string().nullable(),
      at: z.string().describe('ISO 8601, Kairos’s time.'),
    }),
  ),
});
const faultsAnswer = z.object({ faults: z.array(faultOrder) });
const replyAnswer = z.object({
  id: z.string().describe('Of what was written.'),
  taken: z.boolean().describe('By Kairos; else it is told again.'),
  status: z.int().nullable().describe('Of Kairos’s answer; null: there was none.'),
});

function describeSandbox(router: IRouter): void {
  describe(router, '/sandbox', {
    get: {
      summary:
        'The inbox of the sandbox, which stands in for SendGrid and Twilio where no keys are set, as a page. It keeps all that it took; what it has not told Kairos of when it is stopped it tells no more.',
      ...{ key: 'none', answer: 'text/html' },
    },
  });
  describe(router, '/sandbox/messages', {
    get: {
      summary: 'The messages that the sandbox took, newest first.',
      ...{ key: 'none', query: messagesQuery, answer: messagesAnswer },
    },
  });
  describe(router, '/sandbox/faults', {
    get: { summary: 'The faults that wait to happen.', key: 'none', answer: faultsAnswer },
    post: {
      summary:
        'Lets the sandbox misbehave, or orders what becomes of the next messages; 0 times takes all back that wait on the channel.',
      ...{ key: 'none', body: faultOrder, answer: faultsAnswer },
    },
  });
  describe(router, '/sandbox/reply', {
    post: {
      summary: 'Somebody writes back to a message: Kairos is told as SendGrid and Twilio tell it, signed.',
      ...{ key: 'none', body: replySchema, answer: replyAnswer },
    },
  });
}

function pass(base: URL, req: Request, res: Response): void {
  const headers = { ...req.headers, host: base.host };
  for (const name of ofConnection) delete headers[name as keyof typeof headers];
  // Never to a host that the request line names: of it only the path counts.
  const { pathname, search } = new URL(req.originalUrl, base);
  const { hostname, port } = base;
  const to = { hostname, port, path: `${pathname}${search}`, method: req.method, headers };
  const passed = request(to, (answer) => {
    for (const name of ofConnection) delete answer.headers[name];
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    // What breaks on the way cannot be answered any more: both ends are closed.
    pipeline(answer, res, () => {});
  });
  passed.on('error', (cause) => {
    if (res.headersSent) return void res.destroy();
    sendProblem(
      res,
      new AppError('unavailable', 'The sandbox provider does not answer at the moment.', { cause }),
    );
  });
  res.on('close', () => passed.destroy());
  req.pipe(passed);
}
