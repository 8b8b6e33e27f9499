import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express } from 'express';
import type { Clock } from '../clock.ts';
import { StartError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Faults } from './faults.ts';
import { answerProblems, inboxRoutes, notFound } from './inbox-routes.ts';
import { MessageFile } from './message-file.ts';
import { Provider, type HookOptions } from './provider.ts';
import { pushRoutes } from './push-routes.ts';
import { replyRoutes } from './reply-routes.ts';
import type { SandboxParts } from './sandbox-parts.ts';
import { sendGridRoutes } from './sendgrid-routes.ts';
import { twilioRoutes } from './twilio-routes.ts';

export interface SandboxOptions {
  /** The folder that holds the inbox, `sandbox.ndjson`. */
  home: string;
  host: string;
  /** 0 chooses a free one. */
  port: number;
  /** Messages are dated by Kairos's time. */
  clock: Clock;
  log: Log;
  /** Where Kairos is called back; nowhere unless told. */
  hooks?: HookOptions | undefined;
}

export interface Sandbox extends AsyncDisposable {
  url: string;
  /** Hangs up on everybody, after what is being written is written. */
  stop(): Promise<void>;
}

/**
 * The sandbox provider: a server that speaks the parts of SendGrid's and Twilio's APIs that Kairos uses, keeps what it
 * took, shows it as an inbox, and calls Kairos back about it. @throws StartError if the port is taken or the inbox cannot be read.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const inbox = await MessageFile.open(join(options.home, 'sandbox.ndjson'));
  const parts = partsOf(inbox, options);
  const server = createServer(createApp(parts, options.log));
  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    await inbox[Symbol.asyncDispose]();
    throw error;
  }
  const stop = async () => {
    parts.provider?.stop();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await inbox[Symbol.asyncDispose]();
  };
  return { url: urlOf(server), stop, [Symbol.asyncDispose]: stop };
}

function partsOf(inbox: MessageFile, { clock, log, hooks }: SandboxOptions): SandboxParts {
  const faults = new Faults();
  return { inbox, faults, clock, provider: hooks ? new Provider({ hooks, faults, clock, log }) : null };
}

function createApp(parts: SandboxParts, log: Log): Express {
  return express()
    .disable('x-powered-by')
    .use(sendGridRoutes(parts))
    .use(twilioRoutes(parts))
    .use(pushRoutes(parts))
    .use(inboxRoutes(parts))
    .use(replyRoutes(parts))
    .use(notFound)
    .use(answerProblems(log));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new StartError(
          `The sandbox cannot listen on ${host}:${port} (${error.code}). Give another PORT, or 0.`,
          {
            cause: error,
          },
        ),
      );
    });
    // A kept connection that is closed here as a call comes in on it leaves that call in doubt: the clients close first.
    server.keepAliveTimeout = 65_000;
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
