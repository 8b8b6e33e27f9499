import { createHash } from 'node:crypto';
import { convert } from 'html-to-text';
import addressparser from 'nodemailer/lib/addressparser';
import { isAutomatic, newText } from '../../src/domain/reply.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import type { Reply } from './take-reply.ts';

/** A mail that came in, or that a machine wrote it, which is no reply of anybody's. */
export type InboundMail = Reply | 'automatic';

/**
 * Reads a post of SendGrid's inbound parse: a form with the mail's parts, of which the text counts, else the page. What is
 * attached is left alone. @throws AppError `malformed-body` that names the field.
 */
export async function readInboundMail(body: Buffer, contentType: string | undefined): Promise<InboundMail> {
  const form = await formOf(body, contentType);
  const said = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : null;
  };
  const [text, html] = [said('text'), said('html')];
  if (text === null && html === null) {
    throw new AppError(
      'malformed-body',
      'Neither text nor html came: inbound parse has to post the parts of a mail, not the raw MIME message.',
    );
  }
  const from = senderOf(said('from'), said('envelope'));
  const headers = said('headers') ?? '';
  if (from === null) return 'automatic';
  if (isAutomatic(headers)) return 'automatic';
  const written = newText(text?.trim() ? text : convert(html ?? '', { wordwrap: false }));
  // Mail programs write the subject of "mailto:" links for their users, and nothing else.
  const subject = (said('subject') ?? '').replace(/^((re|aw|sv|tr|antw):\s*)+/i, '').trim();
  const id = idOf(headers, [from, subject, text ?? html, headers]);
  return { provider: 'sendgrid', id, channel: 'email', from, text: written === '' ? subject : written };
}

async function formOf(body: Buffer, contentType: string | undefined): Promise<FormData> {
  const expected = 'multipart/form-data, as inbound parse posts it';
  if (!contentType?.toLowerCase().startsWith('multipart/form-data')) {
    throw new AppError('malformed-body', `Content-Type: expected ${expected}, got ${sayValue(contentType)}.`);
  }
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new AppError('malformed-body', `The body is no ${expected}.`, { cause });
  }
}

/** Who wrote: the mail's own sender, else the envelope's; null for a mail without one, as bounces are. */
function senderOf(from: string | null, envelope: string | null): string | null {
  const own = addressparser(from ?? '', { flatten: true }).find(({ address }) => address.includes('@'));
  return own?.address ?? envelopeSender(envelope);
}

function envelopeSender(envelope: string | null): string | null {
  if (envelope === null) return null;
  try {
    const { from } = JSON.parse(envelope) as { from?: unknown };
    return typeof from === 'string' && from !== '' ? from : null;
  } catch (cause) {
    throw new AppError('malformed-body', `envelope: expected JSON, got ${sayValue(envelope)}.`, { cause });
  }
}

/** What the mail is named by in the world, hashed: it may say more than a name; else what it consists of. */
function idOf(headers: string, parts: readonly (string | null)[]): string {
  const named = /^message-id:\s*(<[^>\s]+>)/im.exec(headers)?.[1];
  return createHash('sha256')
    .update(named ?? JSON.stringify(parts))
    .digest('base64url');
}
