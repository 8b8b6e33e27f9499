import { randomBytes } from 'node:crypto';
import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { createVapidKeys } from '../vapid.ts';
import { sandboxBounds } from './bounds.ts';
import { hold } from './hold.ts';
import { decryptPush, publicKeyOf, readVapid, signOfKey, type BrowserKeys } from './push-crypto.ts';
import type { SandboxParts } from './sandbox-parts.ts';

/**
 * A push service with browsers of its own (RFC 8030). A browser is nothing but its address, which holds all that there is
 * to know of it, its keys among it: so it outlives a restart, and is for nothing but to try things out.
 */
interface Browser extends BrowserKeys {
  /** Of the one key that it subscribed with. */
  sign: Buffer;
}

const asked = z.strictObject({ applicationServerKey: z.string() });
const shown = z.object({ title: z.string(), body: z.string(), tag: z.string(), url: z.string().optional() });

/** Longest time from now to the end of a sender's signature, seconds (RFC 8292). */
const longestSignature = 86_400;

/** `POST /sandbox/push` is a browser that subscribes; what is posted to its endpoint stands in the inbox, decrypted. */
export function pushRoutes({ inbox, faults, clock }: SandboxParts): Router {
  const router = express.Router();
  const gone = new Set<string>();
  router.post('/sandbox/push', express.json({ limit: sandboxBounds.bodyBytes }), (req, res) => {
    const read = asked.safeParse(req.body);
    if (!read.success)
      throw new AppError('malformed-body', 'Send {"applicationServerKey"}, the public VAPID key.');
    const privateKey = Buffer.from(createVapidKeys().privateKey, 'base64url');
    const sign = signOfKey(Buffer.from(read.data.applicationServerKey, 'base64url'));
    const [auth, p256dh] = [randomBytes(16), publicKeyOf({ privateKey })];
    const id = Buffer.concat([privateKey, auth, sign]).toString('base64url');
    const keys = { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') };
    res.status(201).json({ endpoint: `${originOf(req)}/sandbox/push/${id}`, expirationTime: null, keys });
  });
  router.delete('/sandbox/push/:id', (req, res) => {
    gone.add(req.params.id);
    res.status(204).end();
  });
  router.post('/sandbox/push/:id', async (req, res) => {
    const browser = browserOf(req.params.id);
    const body = await bodyOf(req);
    const refused = gone.has(req.params.id) ? 410 : browser ? refusalOf({ req, body, browser, clock }) : 404;
    if (refused !== null) return void res.status(refused).end();
    const fault = faults.take('push');
    if (fault === 'refuse') return void res.status(400).end();
    if (fault === 'rate-limit') return void res.status(429).set('Retry-After', '1').end();
    if (fault === 'server-error') return void res.status(500).end();
    if (fault === 'timeout') return hold(res);
    const id = randomBytes(12).toString('base64url');
    await inbox.append([{ id, ...messageOf(req, body!, browser!), at: clock.now().toISOString() }]);
    if (fault === 'accept-then-timeout') return hold(res);
    res
      .status(201)
      .set('Location', `${originOf(req)}/sandbox/push-messages/${id}`)
      .end();
  });
  return router;
}

/** As it came: Express knows no `aes128gcm` and would refuse it. Null when it is over the bound. */
async function bodyOf(req: Request): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= sandboxBounds.pushBytes) chunks.push(chunk);
  }
  return bytes > sandboxBounds.pushBytes ? null : Buffer.concat(chunks);
}

function browserOf(id: string): Browser | null {
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.length !== 64) return null;
  return { privateKey: bytes.subarray(0, 32), auth: bytes.subarray(32, 48), sign: bytes.subarray(48) };
}

/** What a push service would not take, as its status; null when there is nothing wrong. */
function refusalOf(came: {
  req: Request;
  body: Buffer | null;
  browser: Browser;
  clock: Clock;
}): number | null {
  const { req, body, browser, clock } = came;
  if (body === null) return 413;
  const vapid = readVapid(req.get('authorization'));
  if (!vapid) return 401;
  const { aud, exp, sub } = vapid.claims;
  const inSeconds = typeof exp === 'number' ? exp - clock.realNow().getTime() / 1_000 : -1;
  const isSaid = aud === originOf(req) && typeof sub === 'string' && /^(mailto:|https:)/.test(sub);
  if (!isSaid || inSeconds <= 0 || inSeconds > longestSignature) return 401;
  if (!signOfKey(vapid.key).equals(browser.sign)) return 403;
  const isAsked = req.get('content-encoding') === 'aes128gcm' && /^\d+$/.test(req.get('ttl') ?? '');
  return isAsked && isReadable(body, browser) ? null : 400;
}

function isReadable(body: Buffer, browser: Browser): boolean {
  try {
    return shown.safeParse(JSON.parse(decryptPush(body, browser))).success;
  } catch {
    // Encrypted for somebody else, or no message of Kairos's.
    return false;
  }
}

function messageOf(req: Request, body: Buffer, browser: Browser) {
  const { title, body: text, tag, url } = shown.parse(JSON.parse(decryptPush(body, browser)));
  const said = ['ttl', 'urgency', 'topic'].map((name) => [name, req.get(name) ?? ''] as const);
  const headers = Object.fromEntries([...said, ...(url ? [['url', url] as const] : [])]);
  const from = String(readVapid(req.get('authorization'))!.claims.sub);
  const to = `${originOf(req)}${req.path}`;
  const words = { subject: title, html: null, text, headers, deliveryId: tag };
  return { channel: 'push' as const, to, from, ...words };
}

function originOf(req: Request): string {
  return `http://${req.get('host') ?? 'localhost'}`;
}
