import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../api/app.ts';
import type { ApiDeps } from '../api/deps.ts';
import { loadConfig } from '../src/config.ts';

export type Method = 'GET' | 'POST' | 'PUT';

/** The real API on a port of this machine. */
export interface LocalApi {
  /** Asks with the admin key, and answers the body. @throws Error with what Kairos said when it refuses. */
  ask<T>(method: Method, path: string, body?: unknown, type?: string): Promise<T>;
  stop(): Promise<void>;
}

export async function startLocalApi(deps: Omit<ApiDeps, 'config'>): Promise<LocalApi> {
  const config = loadConfig({});
  const server = createServer(createApp({ ...deps, config }));
  // By itself Node closes what is idle after five seconds: maybe at the moment in which a slow machine asks again.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authorization = `Bearer ${config.KAIROS_ADMIN_KEY}`;
  return {
    async ask<T>(method: Method, path: string, body?: unknown, type = 'application/json') {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = { authorization, 'content-type': type };
      const response = await fetch(`${url}${path}`, { method, headers, ...sent });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
      return JSON.parse(text) as T;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
