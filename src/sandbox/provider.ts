import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { TraitChannel } from '../domain/task-queues.ts';
import { sandboxBounds } from './bounds.ts';
import { CallBacks, type CallBack } from './call-backs.ts';
import { fateInAddress, mailWords, textWords, type MailWord } from './fates.ts';
import type { Faults } from './faults.ts';
import type { InboxMessage } from './inbox-message.ts';
import { sendGridSignature, twilioSignature, type SandboxKeys } from './signing.ts';
import type { Log } from '../log.ts';

/** Where Kairos is called back, and what is signed with. */
export interface HookOptions {
  /** Of Kairos, without `/v1/hooks`. */
  url: string;
  /** Where this Kairos listens, if that is elsewhere: there it is called, with the signatures of `url`. */
  localUrl?: string | undefined;
  keys: Pick<SandboxKeys, 'privateKey' | 'authToken'>;
  /** How long after a message was taken its news are told, real milliseconds; 50 unless told. */
  afterMs?: number | undefined;
}

/** Something that a customer writes. */
export interface InboundMessage {
  channel: TraitChannel;
  from: string;
  to: string;
  text: string;
  subject?: string | undefined;
}

/** Twilio's own words: it heeds a single word and no sentence. */
const stopWord = /^\s*(stop|stopall|unsubscribe|cancel|end|quit|revoke|optout)\s*$/i;
const startWord = /^\s*(start|yes|unstop)\s*$/i;

const account = `AC${'0'.repeat(32)}`;

/** What the sandbox tells Kairos of what it took, and of what its people write, as SendGrid and Twilio do. */
export class Provider {
  readonly #hooks: HookOptions;
  readonly #faults: Faults;
  readonly #clock: Clock;
  readonly #callBacks: CallBacks;
  readonly #afterMs: number;
  /** Numbers that Twilio writes to no more: one word does it, and one undoes it. */
  readonly #optedOut = new Set<string>();
  /** Events of mails that are told together. */
  readonly #gathered: Record<string, unknown>[] = [];

  constructor(of: { hooks: HookOptions; faults: Faults; clock: Clock; log: Log }) {
    this.#hooks = { ...of.hooks, url: of.hooks.url.replace(/\/$/, '') };
    this.#afterMs = of.hooks.afterMs ?? 50;
    this.#faults = of.faults;
    this.#clock = of.clock;
    this.#callBacks = new CallBacks(of.log);
  }

  /** Mails were taken: what happens to them within a moment is told together. */
  mailsTaken(messages: readonly InboxMessage[]): void {
    if (this.#gathered.length === 0) setTimeout(() => this.#tellGathered(), this.#afterMs);
    for (const message of messages) {
      const fate = fateInAddress(message.to) ?? this.#faults.takeFate('email') ?? 'deliver';
      this.#gathered.push(...mailWords(fate, message).map((word) => this.#eventOf(message, word)));
    }
  }

  #eventOf({ id, to, deliveryId }: InboxMessage, word: MailWord): Record<string, unknown> {
    const [requestId, place] = splitId(id);
    return {
      ...word,
      ...{ email: to, timestamp: this.#seconds(), sg_event_id: randomBytes(16).toString('base64url') },
      sg_message_id: `${requestId}.filter0001.${place}.sandbox`,
      ...(deliveryId !== null && { deliveryId }),
    };
  }

  #tellGathered(): void {
    const events = this.#gathered.splice(0);
    const { callBackEvents: most } = sandboxBounds;
    for (let from = 0; from < events.length; from += most) {
      const body = Buffer.from(`${JSON.stringify(events.slice(from, from + most))}\r\n`);
      this.#callBacks.tell([this.#signedMail('/v1/hooks/sendgrid', body, 'application/json')], 0);
    }
  }

  /** A text message was taken, which asks for a call-back there; null: for none. */
  textTaken(message: InboxMessage, statusCallback: string | null): void {
    const fate = this.#faults.takeFate(message.channel) ?? 'deliver';
    if (statusCallback === null) return;
    const words = textWords(fate, message).map(({ status, errorCode }) =>
      this.#signedForm(statusCallback, {
        ...{ MessageSid: message.id, MessageStatus: status, SmsSid: message.id, SmsStatus: status },
        ...{ AccountSid: account, ApiVersion: '2010-04-01' },
        ...{ To: onChannel(message.channel, message.to), From: onChannel(message.channel, '+15005550006') },
        ...(message.from.startsWith('MG') && { MessagingServiceSid: message.from }),
        ...(errorCode !== undefined && { ErrorCode: errorCode }),
      }),
    );
    this.#callBacks.tell(words, this.#afterMs);
  }

  /** Somebody writes: Kairos is told now; gives the id of what was written, and the status of Kairos's answer, null when there was none. */
  async write(message: InboundMessage): Promise<{ id: string; status: number | null }> {
    const { id, callBack } = message.channel === 'email' ? await this.#mail(message) : this.#text(message);
    return { id, status: await this.#callBacks.tellNow(callBack) };
  }

  /** Whether Twilio refuses text messages to a number, for somebody there wrote STOP (error 21610). */
  hasOptedOut(number: string): boolean {
    return this.#optedOut.has(number);
  }

  stop(): void {
    this.#callBacks.stop();
  }

  #text({ channel, from, to, text }: InboundMessage): { id: string; callBack: CallBack } {
    if (channel === 'sms' && stopWord.test(text)) this.#optedOut.add(from);
    if (channel === 'sms' && startWord.test(text)) this.#optedOut.delete(from);
    const id = `SM${randomBytes(16).toString('hex')}`;
    const form = {
      ...{ MessageSid: id, SmsMessageSid: id, SmsSid: id, AccountSid: account, ApiVersion: '2010-04-01' },
      ...{ From: onChannel(channel, from), To: onChannel(channel, to), Body: text, NumMedia: '0' },
    };
    return { id, callBack: this.#signedForm(`${this.#hooks.url}/v1/hooks/twilio/inbound`, form) };
  }

  async #mail({
    from,
    to,
    text,
    subject = 'Re:',
  }: InboundMessage): Promise<{ id: string; callBack: CallBack }> {
    const id = `<${randomBytes(16).toString('hex')}@sandbox.example>`;
    const form = new FormData();
    const fields = {
      ...{ from, to, subject, text, envelope: JSON.stringify({ to: [to], from }) },
      ...{ headers: `Message-ID: ${id}\nFrom: ${from}\nTo: ${to}\nSubject: ${subject}\n`, SPF: 'pass' },
      charsets: '{"to":"UTF-8","from":"UTF-8","subject":"UTF-8","text":"utf-8"}',
    };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const posted = new Response(form);
    const body = Buffer.from(await posted.arrayBuffer());
    const type = posted.headers.get('content-type') ?? 'multipart/form-data';
    return { id, callBack: this.#signedMail('/v1/hooks/sendgrid/inbound', body, type) };
  }

  #signedMail(path: string, body: Buffer, contentType: string): CallBack {
    const { url, keys } = this.#hooks;
    const make = () => ({
      headers: {
        'content-type': contentType,
        ...sendGridSignature(keys.privateKey, { seconds: this.#seconds(), body }),
      },
      body,
    });
    return { url: this.#reached(`${url}${path}`), make };
  }

  #signedForm(url: string, form: Record<string, string>): CallBack {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...twilioSignature(this.#hooks.keys.authToken, { url, form }),
    };
    const body = Buffer.from(new URLSearchParams(form).toString());
    return { url: this.#reached(url), make: () => ({ headers, body }) };
  }

  /** What is below Kairos's URL from outside may not be reached from here: its name need not even resolve. */
  #reached(called: string): string {
    const { url, localUrl } = this.#hooks;
    const isOurs = localUrl !== undefined && called.startsWith(`${url}/`);
    return isOurs ? `${localUrl.replace(/\/$/, '')}${called.slice(url.length)}` : called;
  }

  #seconds(): number {
    return Math.floor(this.#clock.realNow().getTime() / 1_000);
  }
}

/** Of a mail: SendGrid's id of the request, and the place of the recipient in it. */
function splitId(id: string): [string, string] {
  const dot = id.lastIndexOf('.');
  return [id.slice(0, dot), id.slice(dot + 1)];
}

const onChannel = (channel: string, address: string) =>
  channel === 'whatsapp' ? `whatsapp:${address}` : address;
