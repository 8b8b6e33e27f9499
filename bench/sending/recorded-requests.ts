import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Requests as a provider's client made them. */
export interface RecordedRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface RequestRecorder extends AsyncDisposable {
  url: string;
  requests: RecordedRequest[];
}

/** Stands where the provider would, takes every mail and keeps its request. */
export async function recordRequests(): Promise<RequestRecorder> {
  const requests: RecordedRequest[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      const { authorization = '', 'content-type': type = '' } = req.headers;
      requests.push({ path: req.url!, headers: { authorization, 'content-type': type }, body });
      res.writeHead(202, { 'x-message-id': `recorded-${requests.length}` }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes recorded requests anew. @throws Error when one is not taken. */
export async function post(url: string, { path, headers, body }: RecordedRequest): Promise<void> {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`The provider answered ${response.status}.`);
}
