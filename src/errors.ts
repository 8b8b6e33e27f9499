/** Every error a user of Kairos can meet: its stable code, HTTP status and title. The only list; `/docs` shows it. */
export const errorCodes = {
  'malformed-request': { status: 400, title: 'This is no request of HTTP' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-body': { status: 400, title: 'The body does not have the expected shape' },
  'malformed-query': { status: 400, title: 'A query parameter does not have the expected shape' },
  'malformed-message': { status: 400, title: 'The message does not have the expected shape' },
  'unstorable-text': { status: 400, title: 'A text has a character that cannot be stored' },
  'too-deep': { status: 400, title: 'Objects are nested over the bound' },
  'no-identity': { status: 400, title: 'Neither userId nor anonymousId was given' },
  'unknown-type': { status: 400, title: 'This type of message is not known' },
  'all-rejected': { status: 400, title: 'Every item was rejected' },
  'missing-key': { status: 401, title: 'No key was given' },
  'unknown-key': { status: 401, title: 'This key is not known' },
  'wrong-key': { status: 403, title: 'This key may not do that' },
  forged: { status: 403, title: 'This was not signed by the provider that it is of' },
  'bought-in-needs-admin': { status: 403, title: 'Traits that were bought in need the admin key' },
  'alias-needs-admin': { status: 403, title: 'Joining two known users needs the admin key' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'unknown-product': { status: 404, title: 'No product has this sku' },
  'unknown-customer': { status: 404, title: 'No customer has this id' },
  'unknown-segment': { status: 404, title: 'No segment has this name' },
  'unknown-slot': { status: 404, title: 'No slot has this name' },
  'unknown-delivery': { status: 404, title: 'No message of this visitor has this id' },
  'unknown-suppression': { status: 404, title: 'No suppression has this id' },
  'unknown-import': { status: 404, title: 'No import has this name' },
  'method-not-allowed': { status: 405, title: 'This path does not take this method' },
  'too-slow': { status: 408, title: 'The request took too long to come' },
  'import-running': { status: 409, title: 'An import of this name is under way' },
  'import-differs': { status: 409, title: 'This is not the file that the import began with' },
  'too-large': { status: 413, title: 'The body is over the bound' },
  'unsupported-media-type': { status: 415, title: 'This content type is not supported' },
  'unsupported-encoding': { status: 415, title: 'This content encoding is not supported' },
  'too-many': { status: 429, title: 'Too many requests at once' },
  'headers-too-large': { status: 431, title: 'The address and the headers are over the bound' },
  internal: { status: 500, title: 'An error on our side' },
  unavailable: { status: 503, title: 'Something Kairos needs is not there at the moment' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error with a code of the table and a sentence that says what came, what was expected and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = 'AppError';
    this.code = code;
  }
  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** Thrown while starting up: the sentence goes to the person at the terminal, without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
