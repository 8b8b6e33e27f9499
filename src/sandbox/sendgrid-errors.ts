import { sandboxBounds } from './bounds.ts';

/** One of `errors` in SendGrid's answer. */
export interface SendGridError {
  message: string;
  field: string | null;
  help: string | null;
}

const helpPage = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html';

/** Where recipients stand in a personalization. */
export const recipientFields = ['to', 'cc', 'bcc'] as const;

/**
 * What SendGrid finds wrong with a body of `POST /v3/mail/send`, in its own words; empty for a good one. Source: its
 * API reference, "Mail Send: Errors". Of what it knows only what Kairos uses: no templates, no attachments.
 */
export function mailErrors(body: unknown): SendGridError[] {
  if (!isObject(body)) return [error('Bad Request', null)];
  return [
    ...personalizationErrors(body['personalizations']),
    ...fromErrors(body['from']),
    ...subjectErrors(body),
    ...contentErrors(body['content']),
    ...stringMapErrors(body),
  ];
}

/** The words and the help's anchor as SendGrid has them. */
export function error(message: string, field: string | null, anchor?: string): SendGridError {
  return { message, field, help: anchor ? `${helpPage}#${anchor}` : null };
}

function personalizationErrors(value: unknown): SendGridError[] {
  if (!Array.isArray(value) || value.length === 0) {
    return [
      error(
        'The personalizations field is required and must have at least one personalization.',
        'personalizations',
        '-Personalizations-Errors',
      ),
    ];
  }
  if (value.length > sandboxBounds.recipients) {
    return [
      error(
        `The personalization block is limited to 1000 personalizations per API request. You have provided ${value.length} personalizations. Please consider splitting this into multiple requests and resending your request.`,
        'personalizations',
        '-Personalizations-Errors',
      ),
    ];
  }
  const errors = value.flatMap((personalization, i) => recipientErrors(personalization, i));
  const recipients = value.reduce<number>(
    (sum, personalization) => sum + recipientsOf(personalization).length,
    0,
  );
  if (recipients > sandboxBounds.recipients) {
    errors.push(
      error(
        'There is a limit of 1000 total recipients (to + cc + bcc) per request.',
        'personalizations',
        'message.recipient-errors',
      ),
    );
  }
  return errors;
}

function recipientsOf(personalization: unknown): { field: string; place: string; email: unknown }[] {
  if (!isObject(personalization)) return [];
  return recipientFields.flatMap((field) => {
    const list = personalization[field];
    if (!Array.isArray(list)) return [];
    return list.map((address: unknown, j) => ({
      field,
      place: `${field}.${j}.email`,
      email: isObject(address) ? address['email'] : undefined,
    }));
  });
}

function recipientErrors(personalization: unknown, i: number): SendGridError[] {
  const recipients = recipientsOf(personalization);
  if (!recipients.some(({ field }) => field === 'to')) {
    return [
      error(
        'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
        `personalizations.${i}.to`,
        'message.personalizations.to',
      ),
    ];
  }
  const errors = recipients
    .filter(({ email }) => !isAddress(email))
    .map(({ place }) =>
      error(
        'Does not contain a valid address.',
        `personalizations.${i}.${place}`,
        'message.recipient-errors',
      ),
    );
  const seen = new Set<string>();
  for (const { field, email } of recipients) {
    const address = String(email).toLowerCase();
    if (seen.has(address)) return [...errors, duplicate(String(email), field, i)];
    seen.add(address);
  }
  return errors;
}

function duplicate(email: string, field: string, i: number): SendGridError {
  return error(
    `Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [${email}] in the personalizations.${i}.${field} field.`,
    `personalizations.${i}`,
    'message.recipient-errors',
  );
}

function fromErrors(from: unknown): SendGridError[] {
  if (!isObject(from) || from['email'] === undefined || from['email'] === '') {
    return [
      error(
        'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
        'from.email',
        'message.from',
      ),
    ];
  }
  if (isAddress(from['email'])) return [];
  return [error('The from email does not contain a valid address.', 'from.email', 'message.from')];
}

function subjectErrors(body: Record<string, unknown>): SendGridError[] {
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  const personalizations: unknown[] = Array.isArray(body['personalizations']) ? body['personalizations'] : [];
  const everyone =
    personalizations.length > 0 && personalizations.every((p) => isObject(p) && isText(p['subject']));
  if (isText(body['subject']) || everyone) return [];
  return [
    error(
      'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
      'subject',
      'message.subject',
    ),
  ];
}

function contentErrors(content: unknown): SendGridError[] {
  if (!Array.isArray(content) || content.length === 0) {
    return [
      error(
        'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.',
        'content',
        'message.content',
      ),
    ];
  }
  return content.flatMap((block: unknown, i) => {
    const { type, value } = isObject(block) ? block : {};
    if (typeof type !== 'string' || !type.includes('/')) {
      return [error('The content type is required.', `content.${i}.type`, 'message.content.type')];
    }
    if (typeof value === 'string' && value !== '') return [];
    return [
      error(
        'The content value must be a string at least one character in length.',
        `content.${i}.value`,
        'message.content.value',
      ),
    ];
  });
}

/** `headers` and `custom_args`, of the request and of each personalization, which has `substitutions` besides. */
function stringMapErrors(body: Record<string, unknown>): SendGridError[] {
  const personalizations: unknown[] = Array.isArray(body['personalizations']) ? body['personalizations'] : [];
  const own = personalizations.flatMap((holder, i) =>
    mapErrors(holder, `personalizations.${i}.`, ['headers', 'custom_args', 'substitutions']),
  );
  return [...mapErrors(body, '', ['headers', 'custom_args']), ...own];
}

type MapField = 'headers' | 'custom_args' | 'substitutions';

function mapErrors(holder: unknown, place: string, fields: readonly MapField[]): SendGridError[] {
  return fields.flatMap((field) => {
    const map = isObject(holder) ? holder[field] : undefined;
    if (map === undefined) return [];
    const words = !isStringMap(map)
      ? `The ${field} must be an object of strings, all together at most 10,000 bytes.`
      : field === 'headers' && Object.keys(map as object).some(isReserved)
        ? 'Your custom headers must not contain the reserved ones.'
        : null;
    return words === null ? [] : [error(words, `${place}${field}`, `message.${field}`)];
  });
}

/** Headers that SendGrid writes itself. Source: its reference of `headers`. */
const reservedHeaders = [
  'x-sg-id',
  'x-sg-eid',
  'received',
  'dkim-signature',
  'content-type',
  'content-transfer-encoding',
  'to',
  'from',
  'subject',
  'reply-to',
  'cc',
  'bcc',
];

function isReserved(header: string): boolean {
  return reservedHeaders.includes(header.toLowerCase());
}

const bytesOfMap = 10_000;

function isStringMap(value: unknown): boolean {
  if (!isObject(value) || !Object.values(value).every((item) => typeof item === 'string')) return false;
  return Buffer.byteLength(JSON.stringify(value)) <= bytesOfMap;
}

function isAddress(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.length <= 320 &&
    /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/.test(value)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
