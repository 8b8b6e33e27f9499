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
  const shared = { from: sayAddress(body.from), html: part('text/html'), text: part('text/plain') };
  return body.personalizations.flatMap((personalization) => {
    const args = { ...body.custom_args, ...personalization.custom_args };
    const own = {
      ...shared,
      subject: personalization.subject ?? body.subject ?? '',
      headers: { ...body.headers, ...personalization.headers },
      deliveryId: args['deliveryId'] ?? null,
    };
    return recipientFields
      .flatMap((field) => personalization[field] ?? [])
      .map(({ email }) => ({ ...own, to: email }));
  });
}

function sayAddress({ email, name }: Address): string {
  return name ? `${name} <${email}>` : email;
}
