import { freePort } from '../embedded/free-port.ts';
import { contents } from '../messages/index.ts';
import { startPreview } from '../preview/preview-server.ts';

/** `npm run preview`: every message with its sample, in a browser; started anew whenever a file changes. */
const wanted = process.env['PORT'] === undefined ? [3300] : [Number(process.env['PORT'])];
const { url } = await startPreview(contents, await freePort(wanted));
console.log(`Messages are shown at ${url}. Ctrl-C ends it.`);
