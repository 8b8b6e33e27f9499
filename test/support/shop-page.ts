import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';

/** A shop's site on an origin of its own, whose pages use Segment's library as the shop bundled it. */
export interface ShopPage extends AsyncDisposable {
  origin: string;
}

/** All that a shop writes into its pages. */
const source = (load: string) => `
  import { AnalyticsBrowser } from '@segment/analytics-next';
  window.analytics = AnalyticsBrowser.load(${load});
`;

/** Each path is a page. `load` is what they give to \`AnalyticsBrowser.load\`, as JavaScript. */
export async function shopPage(load: string): Promise<ShopPage> {
  const files = await bundle(source(load));
  const server = createServer((req, res) => {
    const script = files.get(req.url ?? '');
    if (script !== undefined) return void res.setHeader('content-type', 'text/javascript').end(script);
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

const page = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
<script type="module" src="/shop.js"></script><p>Kettles</p></html>`;

/** The shop's scripts by their paths; what the library loads only when it needs it is a script of its own. */
async function bundle(contents: string): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: 'shop.js' },
    entryNames: 'shop',
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}
