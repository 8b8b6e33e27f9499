import type { MessageType } from '../define/message.ts';
import type { Channel } from '../domain/task-queues.ts';
import { defaultZone } from '../domain/zone.ts';
import { escaped, missingField, plain, render, say } from './engine.ts';
import { contentOf } from './index.ts';
import { isAddress, MissingField } from './filters.ts';
import { linesOf, onOneLine, withoutGaps } from './lines.ts';
import { readLocale } from '../domain/locale.ts';
import { mailTemplate } from './mail-template.ts';
import { MissingData } from './missing-data.ts';
import { mailSaying, wholeOf, type Said } from './said.ts';
import { asItIs } from './shared-words.ts';
import { templatesFor, type Chosen, type ChosenOn } from './templates-for.ts';

/** What to say, and to whom. */
export interface RenderInput {
  message: MessageType<unknown>;
  channel: Channel;
  data: Readonly<Record<string, unknown>>;
  /** Traits by name; by `locale` the language is chosen. */
  customer: Readonly<Record<string, unknown>>;
  /** The name of the persona that the customer has. */
  persona: string;
  /** Those of the segments that the message asks for that the customer is in. */
  segments?: readonly string[];
  /** The variant that the customer gets; null: the message has none. */
  variant?: string | null;
  /** The customer's time zone, `UTC` if not said. */
  zone?: string;
  /** The sender's, on one line. */
  postalAddress?: string | undefined;
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
export async function renderMessage(
  input: RenderInput,
  content = contentOf(input.message.name),
): Promise<Rendered> {
  const { message, channel, customer, variant = null } = input;
  if (!content) throw new Error(`There is no content for ${message.name}: add it to src/messages/index.ts.`);
  const chosen = templatesFor(content, channel, { variant, locale: readLocale(customer['locale']) });
  try {
    return await renderChosen(chosen, scopeOf(input, chosen.locale));
  } catch (error) {
    const field = missingField(error);
    throw field === null ? error : new MissingData(message.name, field);
  }
}

function scopeOf(
  { data, customer, persona, segments = [], zone = defaultZone, postalAddress = '' }: RenderInput,
  locale: string,
) {
  return { ...data, customer, persona, segments, zone, locale, postalAddress };
}

async function renderChosen(chosen: Chosen, scope: object): Promise<Rendered> {
  switch (chosen.channel) {
    case 'email':
      return mailOf(chosen, scope);
    case 'sms':
      return textMessageOf(chosen.templates, scope);
    case 'whatsapp':
      return whatsappOf(chosen.templates, scope);
    case 'push':
    case 'onsite':
      return withAddress(fieldsOf(chosen.templates, scope));
    case 'webhook':
      return { fields: fieldsOf(chosen.templates, scope) };
  }
}

async function mailOf({ templates, textIn }: ChosenOn<'email'>, scope: object): Promise<Rendered> {
  const made = await mailTemplate(templates.mjml, textIn);
  const text =
    templates.text === undefined
      ? say(plain, made.text, scope, asLines)
      : say(plain, templates.text, scope, asText);
  return mailSaying({
    subject: clipped(say(plain, templates.subject, scope, onOneLine)),
    html: say(escaped, made.html, scope, asItIs),
    text,
  });
}

const asText = (text: string) => `${withoutGaps(text)}\n`;
const asLines = (text: string) => asText(linesOf(text).join('\n'));

function clipped(subject: Said): Said {
  const text = wholeOf(subject);
  return text.length <= longestSubject ? subject : { words: [clip(text, longestSubject)], own: [] };
}

function textMessageOf({ text }: { text: string }, scope: object): Rendered {
  return { text: clip(withoutGaps(render(plain, text, scope)), longestSms) };
}

/** Of a template each place is rendered; WhatsApp takes no line break in one. */
function whatsappOf(templates: ChosenOn<'whatsapp'>['templates'], scope: object): Rendered {
  if ('text' in templates) return textMessageOf(templates, scope);
  const { contentSid, variables } = templates;
  const places = Object.entries(variables);
  return {
    contentSid,
    variables: Object.fromEntries(
      places.map(([name, template]) => [name, onOneLine(render(plain, template, scope))]),
    ),
  };
}

/** What is clicked on leads to a page, perhaps of the site that it stands on, or nowhere. */
function withAddress<Said extends { readonly url?: string }>(said: Said): Said {
  const { url = '' } = said;
  if (url === '' || isAddress(url) || /^\/(?!\/)/.test(url)) return said;
  throw new MissingField('url');
}

/** Each field rendered as plain text. */
function fieldsOf<Fields extends { readonly [field in keyof Fields]?: string }>(
  templates: Fields,
  scope: object,
): Fields {
  const fields = Object.entries<string>(templates as Record<string, string>);
  const rendered = fields.map(([name, template]) => [name, withoutGaps(render(plain, template, scope))]);
  return Object.fromEntries(rendered) as Fields;
}

/** Cut between whole characters, with a sign that something is missing. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
