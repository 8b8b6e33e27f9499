import type { IRouter, Request, Response } from 'express';
import { z } from 'zod';
import { bounds } from '../../src/domain/bounds.ts';
import { readWayOut, type WayOut } from '../../src/domain/way-out.ts';
import { AppError } from '../../src/errors.ts';
import { readBytes } from '../body.ts';
import type { RouteDeps } from '../deps.ts';
import { describe } from '../openapi/describe.ts';
import { resource } from '../resource.ts';
import { choose, leaveByOneClick, leaveEverything, readLeaver, type Leaver } from '../unsubscribe/leave.ts';
import { sendPage } from '../unsubscribe/page.ts';
import { labelOf } from '../unsubscribe/preferences.ts';

const path = '/u/:token';

const formSchema = z.object({
  'List-Unsubscribe': z.literal('One-Click').optional().describe('What mail programs post (RFC 8058).'),
  action: z.enum(['save', 'stop']).optional().describe('What the page posts.'),
  on: z.array(z.string()).optional(),
  shown: z.array(z.string()).optional(),
});

const unknownLink = { 404: 'A page for whom the link leads nowhere: it was cut, or is none of ours.' };

/** Where every message leads whose reader wants less: nobody logs in, and the link alone changes nothing. */
export function unsubscribeRoutes(router: IRouter, deps: RouteDeps): void {
  describe(router, path, {
    get: {
      summary:
        'A page for the reader of a message, to choose what they get by topic and channel. It changes nothing: what scans mails follows links.',
      key: 'none',
      answer: 'text/html',
      pages: unknownLink,
    },
    post: {
      summary:
        'Unsubscribes with one click (RFC 8058), from the topic of the message on its channel or, if it has none, from all help and offers there; ' +
        'or takes what was chosen on the page. Again, it changes nothing more.',
      key: 'none',
      bodies: { 'application/x-www-form-urlencoded': formSchema },
      answer: 'text/html',
      pages: unknownLink,
      errors: ['malformed-body', 'too-large'],
    },
  });
  resource(router, path, {
    get: async (req, res) => {
      const way = wayOf(deps, req);
      if (way === null) return sendUnknown(res);
      sendChoices(res, await readLeaver(deps, way), null);
    },
    post: async (req, res) => {
      const way = wayOf(deps, req);
      if (way === null) return sendUnknown(res);
      const form = await readForm(req, res);
      const notice = await take(deps, await readLeaver(deps, way), form);
      // As they are now.
      sendChoices(res, await readLeaver(deps, way), notice);
    },
  });
}

const wayOf = ({ secret }: RouteDeps, req: Request): WayOut | null =>
  readWayOut(req.params['token'] as string, secret);

/** Does what a form asks for; says what was done. */
async function take(deps: RouteDeps, leaver: Leaver, form: URLSearchParams): Promise<string> {
  if (form.get('List-Unsubscribe') === 'One-Click') {
    await leaveByOneClick(deps, leaver);
    return `Done. You get no more of this: ${labelOf(leaver.way)}.`;
  }
  switch (form.get('action')) {
    case 'stop':
      await leaveEverything(deps, leaver);
      return 'Done. You get no more tips, reminders and offers from us.';
    case 'save':
      await choose(deps, leaver, { on: new Set(form.getAll('on')), shown: new Set(form.getAll('shown')) });
      return 'Saved.';
    default:
      throw notOurs();
  }
}

function notOurs(cause?: unknown): AppError {
  return new AppError(
    'malformed-body',
    'Expected the form "List-Unsubscribe=One-Click", or what the page at this address posts.',
    { cause },
  );
}

function sendChoices(res: Response, { customer, choices }: Leaver, notice: string | null): void {
  if (customer !== null)
    return sendPage(res, 200, { title: 'What would you like to get from us?', notice, choices });
  const nothing = 'We hold nothing about you any more, and nothing is sent to you.';
  sendPage(res, 200, { title: 'You are not on our lists', notice: nothing, choices: [] });
}

function sendUnknown(res: Response): void {
  sendPage(res, 404, {
    title: 'This link does not lead anywhere',
    notice: 'It may have been cut. Please open it from the message again, or copy it whole.',
    choices: [],
  });
}

/** RFC 8058 lets mail programs post either kind of form. */
async function readForm(req: Request, res: Response): Promise<URLSearchParams> {
  const bytes = await readBytes(req, res, bounds.bodyBytes);
  if (bytes.length === 0) throw notOurs();
  if (!/^multipart\/form-data/i.test(req.get('content-type') ?? ''))
    return new URLSearchParams(bytes.toString());
  const form = new URLSearchParams();
  const parsed = await new globalThis.Response(new Uint8Array(bytes), {
    headers: { 'content-type': req.get('content-type')! },
  })
    .formData()
    .catch((cause: unknown) => {
      throw new AppError('malformed-body', 'The form cannot be read.', { cause });
    });
  for (const [name, value] of parsed) if (typeof value === 'string') form.append(name, value);
  return form;
}
