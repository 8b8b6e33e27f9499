import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A shop's site on an origin of its own, each of whose pages carries Kairos's script for messages. */
export interface ScriptPage extends AsyncDisposable {
  origin: string;
}

/** Under a policy that lets in no script but Kairos's, and no style at all. */
export async function scriptPage(kairosUrl: string, writeKey: string): Promise<ScriptPage> {
  const policy = `default-src 'none'; script-src ${kairosUrl}; connect-src ${kairosUrl}; img-src data:`;
  const page = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
<script async src="${kairosUrl}/v1/onsite.js" data-write-key="${writeKey}"></script><p>Kettles</p></html>`;
  const server = createServer((_req, res) => {
    res.setHeader('content-security-policy', policy);
    res.setHeader('content-type', 'text/html; charset=utf-8').end(page);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    // Another host than Kairos's 127.0.0.1: to a browser another site, not only another origin.
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
