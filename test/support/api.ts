import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import type { Document } from '../../api/openapi/document.ts';
import { createClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/connect.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { answerCheck, type AnswerCheck } from './answer-check.ts';

type AskInit = RequestInit & { method: string };

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

/** What tests look into; each answer has some of it. A list's items are whatever the list has. */
export interface AnswerBody {
  [other: string]: unknown;
  code: string;
  detail: string;
  items: Record<string, unknown>[];
  cursor: string | null;
}

export interface TestApi extends AsyncDisposable {
  url: string;
  /** With the admin key, unless other headers are given. */
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** With the write key, unless other headers are given; a text or bytes go as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** What keys the hashes of addresses. */
export const testSecret = 'secret of the test';
export const admin = { authorization: 'Bearer admin-of-test' };
export const write = { authorization: 'Bearer write-of-test' };

/** The API over HTTP on a port of its own. Each answer is held against what `/openapi.json` says of it. */
export async function testApi(
  given: { database: Database } & Partial<ApiDeps>,
  env: NodeJS.ProcessEnv = {},
): Promise<TestApi> {
  const keys = { KAIROS_WRITE_KEY: 'write-of-test', KAIROS_ADMIN_KEY: 'admin-of-test' };
  const config = loadConfig({ ...keys, ...env });
  const server = createServer(
    createApp({ clock: createClock(realTime), config, secret: testSecret, ...given }),
  );
  // By itself Node closes what is idle after five seconds: maybe at the moment in which a slow machine asks again.
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let check: Promise<AnswerCheck> | undefined;
  const ask = async (path: string, init: AskInit) => {
    const answer = await readAnswer(await fetch(`${url}${path}`, init));
    const { status, headers, body } = answer;
    const contentType = headers.get('content-type') ?? '';
    const asked = { method: init.method, path: new URL(path, url).pathname };
    (await (check ??= describedAt(url)))({ ...asked, status, contentType, body });
    return answer;
  };
  return {
    url,
    get: (path, headers = admin) => ask(path, { method: 'GET', headers }),
    delete: (path, headers = admin) => ask(path, { method: 'DELETE', headers }),
    put: (path, body, headers = admin) => ask(path, { method: 'PUT', body: asBody(body), headers }),
    post: (path, body, headers = write) => ask(path, { method: 'POST', body: asBody(body), headers }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function asBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as string | Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);
}

async function describedAt(url: string): Promise<AnswerCheck> {
  return answerCheck((await (await fetch(`${url}/openapi.json`)).json()) as Document);
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body = (isJson ? JSON.parse(text) : { text }) as AnswerBody;
  return { status: response.status, headers: response.headers, body };
}
