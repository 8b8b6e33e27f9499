import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { CallOutcome } from './channel.ts';
import { outcomeOf, withoutAddress, type ProviderAnswer, type ReadError } from './provider-answer.ts';

/** What is put into a client library's request, so that we see what becomes of it. Keys are axios's. */
export interface CallWiring {
  signal: AbortSignal;
  transport: Transport;
  /** A redirect is no answer of a provider's, and following one would send the message twice. */
  maxRedirects: 0;
}

interface Transport {
  request(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest;
}

interface CallOptions {
  /** Bounds the whole call, from the look-up of the name to the last byte of the answer. Real milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Reads the provider's own code and words from its error. */
  readError: ReadError;
  /** An address that no detail may repeat. */
  address: string;
  /** What an answer that is no success says, where the provider has a rule of its own; null: by its status. */
  readOutcome?: (answer: ProviderAnswer) => CallOutcome | null;
}

/** Thrown by a client's wrapper for an answer that is no success. */
export class ProviderRefusal extends Error {
  readonly answer: ProviderAnswer;
  constructor(answer: ProviderAnswer) {
    super(`the provider answered ${answer.status}`);
    this.answer = answer;
  }
}

/**
 * Makes one call to a provider through its client library and says what is known afterwards. The rule: before a
 * connection stands, nothing can have left, so the message is certainly not accepted; from then on only a whole
 * answer tells. So on a connection that was kept from a call before nothing is certain but an answer: one is used only as
 * long as it is fresh, and otherwise each call has its own.
 */
export async function callProvider(
  options: CallOptions,
  call: (wiring: CallWiring) => Promise<{ providerId: string | null }>,
): Promise<CallOutcome> {
  const line = new Line(options.timeoutMs, options.signal);
  try {
    const { providerId } = await call(line.wiring);
    return { kind: 'accepted', providerId };
  } catch (error) {
    if (error instanceof ProviderRefusal) {
      const { answer } = error;
      return options.readOutcome?.(answer) ?? outcomeOf(answer, options.readError, options.address);
    }
    const detail = withoutAddress(line.reason ?? sayFailure(error), options.address);
    return line.connected
      ? { kind: 'unknown', detail }
      : { kind: 'not-accepted', retryAfterMs: null, detail };
  } finally {
    line.close();
  }
}

/** One connection: its deadline, and whether it ever stood. */
class Line {
  connected = false;
  /** Why we hung up, if we did. */
  reason: string | null = null;
  readonly wiring: CallWiring;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#hangUp('the call was cancelled on our side');

  constructor(timeoutMs: number, outer: AbortSignal | undefined) {
    this.#timer = setTimeout(() => this.#hangUp(`no answer within ${timeoutMs} ms`), timeoutMs);
    this.#outer = outer;
    if (outer?.aborted) this.#onOuterAbort();
    else outer?.addEventListener('abort', this.#onOuterAbort);
    this.wiring = {
      signal: this.#controller.signal,
      transport: { request: (request, onResponse) => this.#open(request, onResponse) },
      maxRedirects: 0,
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }

  #hangUp(reason: string): void {
    this.reason ??= reason;
    this.#controller.abort();
  }

  #open(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest {
    const secure = options.protocol === 'https:';
    const request = (secure ? https : http).request(options, onResponse);
    request.once('socket', (socket) => {
      // A proxy's agent hands over a socket that stands already, and so does one that kept it.
      if (!socket.connecting) this.connected = true;
      else socket.once(secure ? 'secureConnect' : 'connect', () => (this.connected = true));
    });
    return request;
  }
}

function sayFailure(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return code && !message.includes(code) ? `${code}: ${message}` : message || 'the connection failed';
}
