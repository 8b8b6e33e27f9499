import { mailErrors, recipientFields, type SendGridError } from './sendgrid-errors.ts';

/** What one recipient gets. */
export interface Mail {
  to: string;
  from: string;
  subject: string;
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  deliveryId: string | null;
}

interface Address {
  email: string;
  name?: string;
}

interface Personalization {
  to: Address[];
  cc?: Address[];
  bcc?: Address[];
  subject?: string;
  headers?: Record<string, string>;
  custom_args?: Record<string, string>;
  substitutions?: Record<string, string>;
}

interface MailBody {
  personalizations: Personalization[];
  from: Address;
  subject?: string;
  content: { type: string; value: string }[];
  headers?: Record<string, string>;
  custom_args?: Record<string, string>;
}

/** The mails that a request asks for, one for each recipient of each personalization, or what is wrong with it. */
export function readMails(body: unknown): { mails: Mail[] } | { errors: SendGridError[] } {
  const errors = mailErrors(body);
  return errors.length > 0 ? { errors } : { mails: mailsOf(body as MailBody) };
}

function mailsOf(body: MailBody): Mail[] {
  const part = (type: string) => body.content.find((content) => content.type === type)?.value ?? null;
  const [html, text] = [part('text/html'), part('text/plain')];
  const from = sayAddress(body.from);
  return body.personalizations.flatMap((personalization) => {
    const args = { ...body.custom_args, ...personalization.custom_args };
    const substituted = substituting(personalization.substitutions ?? {});
    const own = {
      from,
      html: html === null ? null : substituted(html),
      text: text === null ? null : substituted(text),
      subject: substituted(personalization.subject ?? body.subject ?? ''),
      headers: { ...body.headers, ...personalization.headers },
      deliveryId: args['deliveryId'] ?? null,
    };
    return recipientFields
      .flatMap((field) => personalization[field] ?? [])
      .map(({ email }) => ({ ...own, to: email }));
  });
}

/** How often SendGrid looks for tags in what came of them: its reference allows four to be nested. */
const nestedSubstitutions = 4;

/** Puts in a recipient's own words: in subject and content, and in what came of that, wherever a tag stands. */
function substituting(substitutions: Record<string, string>): (words: string) => string {
  const tags = Object.keys(substitutions).filter((tag) => tag !== '');
  if (tags.length === 0) return (words) => words;
  // The longest first, were one the beginning of another.
  const longestFirst = tags.sort((one, other) => other.length - one.length);
  const pattern = new RegExp(longestFirst.map((tag) => tag.replaceAll(/[^\w]/g, '\\$&')).join('|'), 'g');
  return (words) => {
    let said = words;
    for (let depth = 0; depth < nestedSubstitutions; depth += 1) {
      const next = said.replace(pattern, (tag) => substitutions[tag]!);
      if (next === said) break;
      said = next;
    }
    return said;
  };
}

function sayAddress({ email, name }: Address): string {
  return name ? `${name} <${email}>` : email;
}
