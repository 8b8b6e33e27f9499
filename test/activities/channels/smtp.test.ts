import { describe, expect, test } from 'vitest';
import type { Outbound } from '../../../activities/channels/channel.ts';
import { smtpChannel, type SmtpOptions } from '../../../activities/channels/smtp.ts';
import { brokenProvider } from './broken-provider.ts';
import { startMailServer, startMailServerByRote, type Script } from './mail-server.ts';

const to = 'ada@example.test';
const content = { subject: 'Grüße 😀', html: '<p>Grüße</p>\n<p>.</p>', text: 'Grüße\n.\nund mehr\n' };
const message: Outbound = { deliveryId: 'd-1', to, content };
const trusting = { rejectUnauthorized: false };
const anyText = expect.any(String) as string;

function call(url: string, over: Partial<SmtpOptions & { message: Outbound; signal: AbortSignal }> = {}) {
  const { message: asked = message, signal, ...options } = over;
  const from = 'The shop <hello@shop.example>';
  return smtpChannel({ url, from, timeoutMs: 5_000, ...options }).send(asked, signal);
}

/** A refusal in the server's words. */
function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

describe('taken', () => {
  test('the mail with its text and HTML, our id in the Message-ID and a header, and the way out', async () => {
    await using server = await startMailServer({ disabledCommands: ['STARTTLS'] });
    const unsubscribeUrl = 'https://kairos.example/u/token';
    const outcome = await call(`smtp://${server.host}`, { message: { ...message, unsubscribeUrl } });
    expect(outcome).toEqual({ kind: 'accepted', providerId: '<d-1@shop.example>' });
    const [mail, ...others] = server.mails;
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ from: 'hello@shop.example', to: [to] });
    const headers = mail!.raw.split('\r\n\r\n')[0]!.split(/\r\n(?! )/);
    expect(headers).toEqual(
      expect.arrayContaining([
        'From: The shop <hello@shop.example>',
        `To: ${to}`,
        'Message-ID: <d-1@shop.example>',
        'X-Kairos-Delivery: d-1',
        `List-Unsubscribe: <${unsubscribeUrl}>`,
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      ]),
    );
    expect(mail!.raw).toContain('Content-Type: multipart/alternative');
    expect(mail!.raw).toContain('Gr=C3=BC=C3=9Fe\r\n.\r\nund mehr');
  });

  test.each(['smtps', 'smtp'])('over %s, with a password', async (protocol) => {
    await using server = await startMailServer({ secure: protocol === 'smtps', authOptional: false });
    const url = `${protocol}://the%40shop:its%20password@${server.host}`;
    expect((await call(url, { tls: trusting })).kind).toBe('accepted');
    expect(server.mails).toMatchObject([{ user: 'the@shop', isSecure: true }]);
  });
});

describe('what the server answers', () => {
  const words = `No such person ${to}, ask bob@example.test`;
  const said = '5.1.1 No such person [address], ask [address]';

  test.each([
    ['a recipient for good', 550, { kind: 'refused', code: '550', detail: `550 ${said}` }],
    ['a recipient for now', 451, { kind: 'not-accepted', retryAfterMs: null, detail: `451 ${said}` }],
    ['who has no password', 530, { kind: 'not-accepted', retryAfterMs: null, detail: `530 ${said}` }],
  ])('refuses %s', async (_name, code, expected) => {
    await using server = await startMailServer({
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(refusal(code, `5.1.1 ${words}`)),
    });
    expect(await call(`smtp://${server.host}`)).toEqual(expected);
    expect(server.mails).toEqual([]);
  });

  test.each([
    [554, { kind: 'refused', code: '554' }],
    [452, { kind: 'not-accepted', retryAfterMs: null }],
  ])('%i once it has the mail: it did not take it', async (code, expected) => {
    await using server = await startMailServer({
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        stream.on('end', () => done(refusal(code, 'not this one'))).resume();
      },
    });
    expect(await call(`smtp://${server.host}`)).toMatchObject(expected);
  });

  test.each([
    [550, { kind: 'not-accepted', retryAfterMs: null }],
    [552, { kind: 'refused', code: '552' }],
  ])('%i to the sender is about the shop, not the mail, unless that is too long', async (code, expected) => {
    await using server = await startMailServer({
      disabledCommands: ['STARTTLS'],
      onMailFrom: (_address, _session, done) => done(refusal(code, 'not from there')),
    });
    expect(await call(`smtp://${server.host}`)).toMatchObject(expected);
  });

  test('a wrong password is about us: not accepted, whatever the code', async () => {
    await using server = await startMailServer({ secure: true });
    const outcome = await call(`smtps://shop:wrong@${server.host}`, { tls: trusting });
    expect(outcome).toMatchObject({ kind: 'not-accepted', detail: expect.stringContaining('535') as string });
  });
});

describe('no answer', () => {
  test('connection refused: certainly not accepted', async () => {
    const closed = await brokenProvider(() => {});
    await closed[Symbol.asyncDispose]();
    const outcome = await call(closed.url.replace('http', 'smtp'));
    expect(outcome).toMatchObject({
      kind: 'not-accepted',
      detail: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  test('a certificate that nobody vouches for: nothing is said, so not accepted', async () => {
    await using server = await startMailServer({ secure: true });
    expect(await call(`smtps://${server.host}`)).toMatchObject({ kind: 'not-accepted' });
    expect(server.mails).toEqual([]);
  });

  test('a password is never said where others could listen', async () => {
    await using server = await startMailServerByRote({});
    const { port } = new URL(`smtp://${server.host}`);
    // Not one of the names of this machine, though it is this machine.
    const outcome = await call(`smtp://shop:secret@[::ffff:127.0.0.1]:${port}`, { timeoutMs: 1_000 });
    expect(outcome.kind).toBe('not-accepted');
    expect(server.said()).toContain('STARTTLS');
    expect(server.said()).not.toContain('AUTH');
  });

  const reset: Script[string] = (socket) => socket.resetAndDestroy();
  const silent: Script[string] = () => {};
  test.each<[string, Script, 'not-accepted' | 'unknown']>([
    ['a reset at the greeting’s answer', { EHLO: reset }, 'not-accepted'],
    ['a reset at the recipient', { RCPT: reset }, 'not-accepted'],
    ['a reset before it may come', { DATA: reset }, 'not-accepted'],
    ['silence before it may come', { DATA: silent }, 'not-accepted'],
    ['a reset after its end', { '\r\n.\r\n': reset }, 'unknown'],
    ['hanging up after its end', { '\r\n.\r\n': (socket) => socket.end() }, 'unknown'],
    ['silence after its end', { '\r\n.\r\n': silent }, 'unknown'],
    ['half an answer after its end', { '\r\n.\r\n': (socket) => socket.end('25') }, 'unknown'],
  ])('%s', async (_name, script, kind) => {
    await using server = await startMailServerByRote(script);
    const outcome = await call(`smtp://${server.host}`, { timeoutMs: 1_000 });
    expect(outcome).toMatchObject({ kind, detail: anyText });
  });

  test('a reset amid a long mail: its end never left, so it was not taken', async () => {
    await using server = await startMailServerByRote({ 'multipart/alternative': reset });
    const html = `${'x'.repeat(70)}\n`.repeat(250_000);
    const outcome = await call(`smtp://${server.host}`, {
      message: { ...message, content: { ...content, html } },
      timeoutMs: 10_000,
    });
    expect(outcome.kind).toBe('not-accepted');
  });

  test('cancelled on our side: in doubt only once the mail had left', async () => {
    const stop = new AbortController();
    await using server = await startMailServerByRote({ '\r\n.\r\n': () => stop.abort() });
    const { signal } = stop;
    expect((await call(`smtp://${server.host}`, { signal })).kind).toBe('unknown');
    expect((await call(`smtp://${server.host}`, { signal })).kind).toBe('not-accepted');
    expect(server.said().match(/DATA/g)).toHaveLength(1);
  });
});
