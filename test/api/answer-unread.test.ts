import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { answerUnread } from '../../api/answer-unread.ts';
import { bounds } from '../../src/domain/bounds.ts';

/** A server that answers when it has read a body; `/stream` begins its answer at once and does not end it. */
async function setup(headersTimeoutMs = 0) {
  const server = createServer(
    { maxHeaderSize: bounds.headerBytes, connectionsCheckingInterval: 10 },
    (req, res) => {
      if (req.url === '/stream') return void res.write('begun');
      req
        .on('error', () => {})
        .resume()
        .on('end', () => res.end('read'));
    },
  );
  server.headersTimeout = headersTimeoutMs;
  answerUnread(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    /** All that comes back for what is sent, until the connection ends. */
    async say(sent: string): Promise<string> {
      const socket = connect(port, '127.0.0.1');
      socket.write(sent);
      return text(socket);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const post = 'POST / HTTP/1.1\r\nHost: x\r\n';

test.each([
  ['no HTTP at all', 'nonsense\r\n\r\n', 400, 'malformed-request'],
  ['a length that is none', `${post}Content-Length: abc\r\n\r\n`, 400, 'malformed-request'],
  ['a chunk that is none', `${post}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`, 400, 'malformed-request'],
  ['two lengths', `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`, 400, 'malformed-request'],
  ['headers over the bound', `${post}X: ${'x'.repeat(bounds.headerBytes)}\r\n\r\n`, 431, 'headers-too-large'],
])('%s is answered with a problem, and the connection ends', async (_, sent, status, code) => {
  await using it = await setup();
  const answer = await it.say(sent);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('Content-Type: application/problem+json');
  const [head, body] = answer.split('\r\n\r\n');
  expect(head).toContain(`Content-Length: ${body!.length}`);
  expect(JSON.parse(body!)).toMatchObject({ status, code, type: `/docs#${code}` });
});

test('headers over the bound are told the bound; headers that never end are told so', async () => {
  await using it = await setup(50);
  expect(await it.say(`${post}X: ${'x'.repeat(bounds.headerBytes)}`)).toContain(
    `${bounds.headerBytes} bytes`,
  );
  const slow = await it.say(post);
  expect(slow).toMatch(/^HTTP\/1.1 408 Request Timeout/);
  expect(JSON.parse(slow.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'too-slow' });
});

test('an answer that was whole is followed by the problem; one that is under way gets nothing into it', async () => {
  await using it = await setup();
  const both = await it.say('GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n');
  expect(both).toContain('HTTP/1.1 400 Bad Request');
  expect(await it.say('GET /stream HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n')).not.toContain('problem');
});
