import type { LookupFunction } from 'node:net';
import type { CallWiring } from './provider-call.ts';
import type { ProviderAnswer } from './provider-answer.ts';

/** Of an answer's body no more is read: what follows says nothing that the status does not. */
const mostAnswerBytes = 65_536;

interface Post {
  url: URL;
  headers: Record<string, string>;
  body: Buffer | string;
  /** Looks up the host's name in the system's place. */
  lookup?: LookupFunction;
}

/**
 * One POST on a connection of its own; settles when the whole answer is there. Redirects are not followed.
 * @throws whatever became of the connection.
 */
export function post({ transport, signal }: CallWiring, call: Post): Promise<ProviderAnswer> {
  const { url, headers, body, lookup } = call;
  return new Promise((resolve, reject) => {
    const request = transport.request(
      {
        method: 'POST',
        protocol: url.protocol,
        // An IPv6 address stands in brackets in a URL, and nowhere else.
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname + url.search,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        signal,
        ...(lookup ? { lookup } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const answer = () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          });
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes <= mostAnswerBytes) return;
          answer();
          response.destroy();
        });
        response.on('end', answer);
        response.on('error', reject);
        response.on('aborted', () => reject(new Error('the connection ended within the answer')));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
