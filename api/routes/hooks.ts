import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';
import type { OptWord } from '../../src/domain/opt-words.ts';
import { withoutAddresses } from '../../src/domain/without-addresses.ts';
import { AppError } from '../../src/errors.ts';
import { parseJson, readBytes } from '../body.ts';
import type { RouteDeps } from '../deps.ts';
import type { HookCounts } from '../hooks/hook-counts.ts';
import { readInboundMail } from '../hooks/inbound-mail.ts';
import { eventsSchema, readSendGridEvents } from '../hooks/sendgrid-events.ts';
import { assertSigned, signatureOf } from '../hooks/sendgrid-signature.ts';
import { takeNews, type HookDeps } from '../hooks/take-news.ts';
import { takeReply } from '../hooks/take-reply.ts';
import { assertTwilios, readForm, signatureOfTwilio, type Form } from '../hooks/twilio-signature.ts';
import { fieldOf, optionalField, placeOf, readTwilioStatus } from '../hooks/twilio-status.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';

const takenSchema = z.object({
  taken: z.int().describe('Told for the first time, of deliveries that are known.'),
  repeated: z.int(),
  unknown: z.int().describe('Of deliveries that are not known here.'),
  rejected: z.array(z.object({ index: z.int(), detail: z.string() })),
});
const replySchema = z.object({
  outcome: z.enum(['taken', 'repeated', 'unknown-sender', 'automatic']),
});

const statusForm = z.looseObject({
  MessageSid: z.string(),
  MessageStatus: z.string(),
  To: z.string(),
  ErrorCode: z.string().optional(),
});
const inboundForm = z.looseObject({
  MessageSid: z.string(),
  From: z.string(),
  Body: z.string().optional(),
  OptOutType: z.enum(['STOP', 'START', 'HELP']).optional(),
});
const mailForm = z.looseObject({
  from: z.string(),
  headers: z.string().optional(),
  envelope: z.string().optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
});

/** What providers tell: of what became of messages, and of what people write back. Only what they signed is taken. */
export function hookRoutes(router: IRouter, given: RouteDeps, counts: HookCounts): void {
  const deps = { ...given, counts };
  const mails = { underWay: 0 };
  describeRoutes(router);
  resource(router, '/v1/hooks/sendgrid', { post: (req, res) => sendGridEvents(deps, req, res) });
  resource(router, '/v1/hooks/sendgrid/inbound', {
    post: (req, res) => inboundMail(deps, mails, req, res),
  });
  resource(router, '/v1/hooks/twilio/status', { post: (req, res) => twilioStatus(deps, req, res) });
  resource(router, '/v1/hooks/twilio/inbound', { post: (req, res) => twilioInbound(deps, req, res) });
}

function describeRoutes(router: IRouter): void {
  const errors = ['forged'] as const;
  const form = 'application/x-www-form-urlencoded';
  describe(router, '/v1/hooks/sendgrid', {
    post: {
      summary: `What SendGrid's event webhook tells of e-mails. It is signed for the key in \`SENDGRID_WEBHOOK_KEY\`. In any order and any number of times: told again, it changes nothing.`,
      key: 'none',
      body: eventsSchema,
      answer: takenSchema,
      errors: [...errors],
    },
  });
  describe(router, '/v1/hooks/sendgrid/inbound', {
    post: {
      summary: `A mail that came in, by SendGrid's inbound parse, signed for the key in \`SENDGRID_INBOUND_KEY\`. Of a customer it is \`Message Replied\`, and \`Support Requested\` when it asks for help; "unsubscribe" suppresses the address.`,
      key: 'none',
      bodies: { 'multipart/form-data': mailForm },
      answer: replySchema,
      errors: [...errors, 'too-many'],
    },
  });
  describe(router, '/v1/hooks/twilio/status', {
    post: {
      summary: 'What became of a message at Twilio, signed with `TWILIO_AUTH_TOKEN` for `KAIROS_PUBLIC_URL`.',
      key: 'none',
      query: z.object({ deliveryId: z.string().optional() }),
      bodies: { [form]: statusForm },
      answer: takenSchema,
      errors: [...errors],
    },
  });
  describe(router, '/v1/hooks/twilio/inbound', {
    post: {
      summary: `A text or WhatsApp message that came in at Twilio, signed likewise. Of a customer it is \`Message Replied\`, and \`Support Requested\` when it asks for help; STOP suppresses the number. The answer is an empty TwiML document.`,
      key: 'none',
      bodies: { [form]: inboundForm },
      answer: 'text/xml',
      errors: [...errors],
    },
  });
}

async function sendGridEvents(deps: HookDeps, req: Request, res: Response): Promise<void> {
  const { config, clock, log } = deps;
  const signature = signatureOf(req, clock);
  const body = await readBytes(req, res, bounds.hookBytes);
  assertSigned(signature, body, { name: 'SENDGRID_WEBHOOK_KEY', value: config.SENDGRID_WEBHOOK_KEY });
  const { news, bad } = readSendGridEvents(parseJson(body), clock);
  for (const { index, detail } of bad) {
    deps.counts.add({ provider: 'sendgrid', kind: 'other', outcome: 'malformed' });
    log.warn({ index, detail: withoutAddresses(detail) }, 'an event of SendGrid could not be read');
  }
  // Told again, an event of an unknown type would be no better known.
  if (news.length === 0 && bad.length > 0 && bad.every(({ isUnknown }) => !isUnknown)) {
    throw new AppError('malformed-body', `[${bad[0]!.index}] ${bad[0]!.detail}`);
  }
  const rejected = bad.map(({ index, detail }) => ({ index, detail }));
  res.json({ ...(await takeNews(deps, news)), rejected });
}

async function inboundMail(
  deps: HookDeps,
  mails: { underWay: number },
  req: Request,
  res: Response,
): Promise<void> {
  const { config, clock, counts } = deps;
  const signature = signatureOf(req, clock);
  if (mails.underWay >= bounds.inboundMailsAtOnce) {
    const bound = `${bounds.inboundMailsAtOnce} mails are being read, and that is the bound`;
    throw new AppError('too-many', `${bound}; send this again.`);
  }
  mails.underWay += 1;
  try {
    const body = await readBytes(req, res, bounds.inboundMailBytes);
    assertSigned(signature, body, { name: 'SENDGRID_INBOUND_KEY', value: config.SENDGRID_INBOUND_KEY });
    const mail = await readInboundMail(body, req.get('content-type'));
    if (mail === 'automatic') counts.add({ provider: 'sendgrid', kind: 'reply', outcome: mail });
    res.json({ outcome: mail === 'automatic' ? mail : await takeReply(deps, mail) });
  } finally {
    mails.underWay -= 1;
  }
}

async function twilioStatus(deps: HookDeps, req: Request, res: Response): Promise<void> {
  const form = await twilioForm(deps, req, res);
  const given = z.uuid().safeParse(req.query['deliveryId']);
  const news = readTwilioStatus(form, given.success ? given.data.toLowerCase() : null, deps.clock);
  res.json({ ...(await takeNews(deps, [news])), rejected: [] });
}

/** What Twilio says of a word that it knows to opt out or in, where the account's own words are set. */
const optTypes: Readonly<Record<string, OptWord>> = { STOP: 'stop', START: 'start', HELP: 'help' };

async function twilioInbound(deps: HookDeps, req: Request, res: Response): Promise<void> {
  const form = await twilioForm(deps, req, res);
  const { channel, address } = placeOf(fieldOf(form, 'From'));
  const text = optionalField(form, 'Body') ?? '';
  const word = optTypes[optionalField(form, 'OptOutType') ?? ''] ?? null;
  const id = fieldOf(form, 'MessageSid');
  await takeReply(deps, { provider: 'twilio', id, channel, from: address, text, word });
  // Twilio would send back whatever else stood in it.
  res.type('text/xml').send('<?xml version="1.0" encoding="UTF-8"?><Response/>');
}

async function twilioForm({ config }: HookDeps, req: Request, res: Response): Promise<Form> {
  const signature = signatureOfTwilio(req, config);
  const form = readForm(await readBytes(req, res, bounds.bodyBytes));
  assertTwilios(req, form, signature);
  return form;
}
