import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { CallOutcome, ChannelAdapter, Outbound } from './channel.ts';
import { withoutAddress } from './provider-answer.ts';
import { unsubscribeHeaders } from './unsubscribe-headers.ts';

export interface SmtpOptions {
  /** `smtps://user:password@host:465`, or `smtp://` for a server that is asked for STARTTLS. */
  url: string;
  /** `hello@shop.example` or `The shop <hello@shop.example>`. */
  from: string;
  /** Bounds the whole call, from the look-up of the name to the server's last word. Real milliseconds. */
  timeoutMs: number;
  /** Whom to trust, if not those whom Node trusts. */
  tls?: ConnectionOptions | undefined;
}

/**
 * E-mail through any server that speaks SMTP, a connection for each mail. The rule of doubt: until the last byte of the
 * mail is on its way, the server must not have taken it (RFC 5321, 4.1.1.4); from then on only its answer tells.
 */
export function smtpChannel(options: SmtpOptions): ChannelAdapter {
  const calling = { ...options, server: serverOf(options.url) };
  return { channel: 'email', send: (message, signal) => callServer(calling, message, signal) };
}

type Calling = SmtpOptions & { server: Server };

async function callServer(
  options: Calling,
  message: Outbound,
  signal: AbortSignal | undefined,
): Promise<CallOutcome> {
  const talk = new Talk(options, signal);
  try {
    const { envelope, messageId, body } = await compose(options.from, message);
    await talk.connect();
    await talk.login();
    await talk.send(envelope, body);
    talk.quit();
    return { kind: 'accepted', providerId: messageId };
  } catch (error) {
    talk.hangUp();
    return outcomeOf(error as SmtpError, { handedOver: talk.handedOver, address: message.to });
  }
}

interface Composed {
  envelope: { from: string; to: string[] };
  messageId: string;
  body: Buffer;
}

/** The delivery's id is in the Message-ID, which bounces and answers name, and in a header of its own. */
async function compose(
  from: string,
  { deliveryId, to, content, unsubscribeUrl }: Outbound,
): Promise<Composed> {
  if (!('html' in content)) throw new TypeError('An e-mail needs a subject, html and text; only text came.');
  const domain = /@([^\s>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  const messageId = `<${deliveryId}@${domain}>`;
  const headers = { 'X-Kairos-Delivery': deliveryId, ...unsubscribeHeaders(unsubscribeUrl) };
  const mail = new MailComposer({
    ...{ from, to: { name: '', address: to }, messageId, headers, ...content },
    // What a customer wrote into a trait is never a file of ours to attach.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  }).compile();
  const envelope = mail.getEnvelope();
  if (envelope.from === false) throw new TypeError(`No mail can be sent from ${JSON.stringify(from)}.`);
  return { envelope: { from: envelope.from, to: envelope.to }, messageId, body: await mail.build() };
}

/** One connection: its deadline, and whether the whole mail may have left over it. */
class Talk {
  handedOver = false;
  readonly #connection: SMTPConnection;
  readonly #auth: { user: string; pass: string } | null;
  readonly #failed: Promise<never>;
  readonly #stop: () => void;

  constructor({ server, timeoutMs, tls }: Calling, signal: AbortSignal | undefined) {
    this.#auth = server.auth;
    const timeouts = {
      ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs },
      ...{ dnsTimeout: timeoutMs, socketTimeout: timeoutMs, socketCloseTimeout: 0 },
    };
    this.#connection = new SMTPConnection({ ...server.options, ...timeouts, ...(tls ? { tls } : {}) });
    let fail: (error: Error) => void = () => {};
    this.#failed = new Promise((_, reject) => (fail = reject));
    // Whoever waits hears of it; nobody may be waiting yet, or any more.
    this.#failed.catch(() => {});
    this.#connection.on('error', (error: Error) => fail(error));
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const onAbort = () => fail(new Error('the call was cancelled on our side'));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort);
    this.#stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  connect(): Promise<void> {
    return this.#step((done) => this.#connection.connect(done));
  }

  async login(): Promise<void> {
    const auth = this.#auth;
    if (auth) await this.#step((done) => this.#connection.login(auth, done));
  }

  send(envelope: Composed['envelope'], body: Buffer): Promise<void> {
    const pieces = piecesOf(body, () => (this.handedOver = true));
    return this.#step((done) => this.#connection.send(envelope, pieces, done));
  }

  /** The server has the mail: it may take its time to say goodbye. */
  quit(): void {
    this.#stop();
    this.#connection.quit();
  }

  hangUp(): void {
    this.#stop();
    this.#connection.close();
  }

  #step(work: (done: (error?: Error | null) => void) => void): Promise<void> {
    const step = new Promise<void>((resolve, reject) => {
      work((error) => (error ? reject(error) : resolve()));
    });
    return Promise.race([this.#failed, step]);
  }
}

const pieceBytes = 16_384;

/** The mail in pieces: as long as the server does not take the earlier ones, its end has not been handed over. */
function piecesOf(body: Buffer, onEnd: () => void): Readable {
  let from = 0;
  return new Readable({
    highWaterMark: pieceBytes,
    read() {
      const piece = body.subarray(from, from + pieceBytes);
      from += piece.length;
      if (piece.length === 0 || from >= body.length) onEnd();
      this.push(piece.length > 0 ? piece : null);
    },
  });
}

type Server = ReturnType<typeof serverOf>;

function serverOf(text: string) {
  const url = new URL(text);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const auth = user === '' ? null : { user, pass };
  const isHere = ['localhost', '127.0.0.1', '::1'].includes(host);
  return {
    auth,
    options: {
      ...{ host, secure, ...(url.port === '' ? {} : { port: Number(url.port) }) },
      // A password is said only where nobody can listen.
      requireTLS: auth !== null && !secure && !isHere,
    },
  };
}

interface SmtpError extends Error {
  code?: string;
  /** What was asked when the answer came. */
  command?: string;
  response?: string;
  responseCode?: number;
}

/**
 * Where an answer is about this mail; before, it is about us, and somebody can mend it: of a mail itself the server has
 * heard no more than its sender, the shop's own, and how long it is.
 */
const aboutMail = ['RCPT TO', 'DATA'];
const tooLong = 552;

/** 5xx that are about us all the same: no password, or a wrong one. */
const mendable = [530, 534, 535, 538];

function outcomeOf(
  { code, command, message, response, responseCode }: SmtpError,
  { handedOver, address }: { handedOver: boolean; address: string },
): CallOutcome {
  const words = response ?? (code && !message.includes(code) ? `${code}: ${message}` : message);
  const detail = withoutAddress(words || 'the connection failed', address);
  if (responseCode) {
    const isAboutMail = aboutMail.includes(command ?? '') || responseCode === tooLong;
    const isFinal = responseCode >= 500 && !mendable.includes(responseCode) && isAboutMail;
    return isFinal
      ? { kind: 'refused', code: String(responseCode), detail }
      : { kind: 'not-accepted', retryAfterMs: null, detail };
  }
  if (handedOver) return { kind: 'unknown', detail };
  // The client itself found that no server could take such an address.
  if (code === 'EENVELOPE') return { kind: 'refused', code, detail };
  return { kind: 'not-accepted', retryAfterMs: null, detail };
}
