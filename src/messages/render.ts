import { Liquid, LiquidError, type Template } from 'liquidjs';
import type { Content } from '../define/content.ts';
import type { MessageType } from '../define/message.ts';
import type { Channel } from '../domain/task-queues.ts';
import { filters, MissingField, onOneLine } from './filters.ts';
import { contentOf } from './index.ts';
import { MissingData } from './missing-data.ts';

/** What to say, and to whom. */
export interface RenderInput {
  message: MessageType<unknown>;
  channel: Channel;
  data: Readonly<Record<string, unknown>>;
  /** Traits by name. */
  customer: Readonly<Record<string, unknown>>;
  /** The name of the persona that the customer has. */
  persona: string;
}

export type Rendered =
  | { subject: string; html: string; text: string }
  | { text: string }
  | { contentSid: string; variables: Record<string, string> }
  | { title: string; body: string; url?: string }
  | { title: string; text: string; url?: string; action?: string }
  | { fields: Record<string, string> };

/** Characters of a text message, as Twilio bounds them, and of a subject, which mail programs cut much earlier. */
const longestSms = 1_600;
const longestSubject = 200;

/** What a message says on a channel, by its content if no other is given. @throws MissingData that names a field which its templates use and nobody gave. */
export function renderMessage(
  { message, channel, data, customer, persona }: RenderInput,
  content = contentOf(message.name),
): Rendered {
  if (!content) throw new Error(`There is no content for ${message.name}: add it to src/messages/index.ts.`);
  const scope = { ...data, customer, persona };
  try {
    switch (channel) {
      case 'email':
        return mailOf(content, scope);
      case 'sms':
        return textMessageOf(templatesOf(content, channel), scope);
      case 'whatsapp':
        return whatsappOf(templatesOf(content, channel), scope);
      case 'push':
      case 'onsite':
        return fieldsOf(content, channel, scope) as unknown as Rendered;
      case 'webhook':
        return { fields: fieldsOf(content, channel, scope) };
    }
  } catch (error) {
    const field = missingField(error);
    throw field === null ? error : new MissingData(message.name, field);
  }
}

function mailOf(content: Content<unknown>, scope: object): Rendered {
  const email = templatesOf(content, 'email');
  return {
    subject: clip(onOneLine(render(plain, email.subject, scope)), longestSubject),
    html: render(escaped, email.html, scope),
    text: `${withoutGaps(render(plain, email.text, scope))}\n`,
  };
}

function textMessageOf({ text }: { text: string }, scope: object): Rendered {
  return { text: clip(withoutGaps(render(plain, text, scope)), longestSms) };
}

/** Of a template each place is rendered; WhatsApp takes no line break in one. */
function whatsappOf(templates: NonNullable<Content<unknown>['whatsapp']>, scope: object): Rendered {
  if ('text' in templates) return textMessageOf(templates, scope);
  const places = Object.entries(templates.variables).map(([name, template]) => [
    name,
    onOneLine(render(plain, template, scope)),
  ]);
  return {
    contentSid: templates.contentSid,
    variables: Object.fromEntries(places) as Record<string, string>,
  };
}

/** Each field rendered as plain text. */
function fieldsOf(
  content: Content<unknown>,
  channel: 'push' | 'onsite' | 'webhook',
  scope: object,
): Record<string, string> {
  const templates = Object.entries(templatesOf(content, channel) as Record<string, string>);
  return Object.fromEntries(
    templates.map(([name, template]) => [name, withoutGaps(render(plain, template, scope))]),
  );
}

function templatesOf<Of extends Channel>(
  content: Content<unknown>,
  channel: Of,
): NonNullable<Content<unknown>[Of]> {
  const templates = content[channel];
  if (templates) return templates;
  throw new Error(`${content.message.name} lists ${channel} among its channels but has no content for it.`);
}

/** What nobody gave is an error, and so is what is there but empty: half a sentence must not go out. */
const plain = engine((value) => textOf(value));
const escaped = engine((value) => escapeHtml(textOf(value)));

function engine(outputEscape: (value: unknown) => string): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    outputEscape,
  });
  for (const [name, filter] of Object.entries(filters)) liquid.registerFilter(name, filter);
  return liquid;
}

class NothingToSay extends Error {}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      throw new NothingToSay('there is no text here');
  }
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => names[character]!);
}

const parsed = new WeakMap<Liquid, Map<string, Template[]>>();

/** Templates are parsed once: they are a few constants of the code. */
function render(liquid: Liquid, template: string, scope: object): string {
  const known = parsed.get(liquid) ?? new Map<string, Template[]>();
  parsed.set(liquid, known);
  const parts = known.get(template) ?? liquid.parse(template);
  known.set(template, parts);
  return String(liquid.renderSync(parts, scope));
}

/** Which field an error of LiquidJS is about; null if it is about something else. */
function missingField(error: unknown): string | null {
  if (!LiquidError.is(error)) return null;
  const cause = error.originalError;
  if (cause instanceof MissingField) return cause.field;
  if (cause instanceof NothingToSay) return error.token.getText().replaceAll(/^{{-?\s*|\s*-?}}$/g, '');
  const name = (cause as { variableName?: unknown } | undefined)?.variableName;
  if (typeof name === 'string') return name;
  return cause ? missingField(cause) : null;
}

/** At most one empty line in a row, and none around: what a template leaves out must not leave a hole. */
function withoutGaps(text: string): string {
  return text.replaceAll(/\n{3,}/g, '\n\n').trim();
}

/** Cut between whole characters, with a sign that something is missing. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
