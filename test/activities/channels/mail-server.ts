import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface TakenMail {
  from: string;
  to: string[];
  /** As it came: headers and body. */
  raw: string;
  user: unknown;
  isSecure: boolean;
}

export interface MailServer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  host: string;
  mails: TakenMail[];
  /** Ends every connection there is, without a word. */
  hangUp(): void;
}

/** A mail server that takes what comes, unless its options say otherwise. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: TakenMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'its password' ? done(null, { user: username }) : done(new Error('Wrong password')),
    onData: (stream, { envelope, user, secure }, done) => {
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({ from, to: rcptTo.map(({ address }) => address), raw, user, isSecure: secure });
        done(null);
      });
    },
    ...options,
  });
  // A client that hangs up is what is tested.
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  listening.on('connection', (socket: Socket) => void sockets.add(socket));
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    mails,
    hangUp: () => sockets.forEach((socket) => socket.destroy()),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

/** What a server does when the client's words contain these. */
export type Script = Readonly<Record<string, (socket: Socket) => void>>;

/** A server that speaks by rote, and does as the script says instead of its part. */
export async function startMailServerByRote(
  script: Script,
): Promise<Omit<MailServer, 'mails' | 'hangUp'> & { said: () => string }> {
  const sockets = new Set<Socket>();
  let said = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 mail.example');
    socket.on('data', (chunk: Buffer) => {
      const words = chunk.toString('latin1');
      said += words;
      const found = Object.keys(script).find((part) => words.includes(part));
      if (found !== undefined) script[found]!(socket);
      else if (/^(EHLO|MAIL|RCPT|QUIT)/.test(words)) say('250 fine');
      else if (words.startsWith('DATA')) say('354 go on');
      else if (words.endsWith('\r\n.\r\n')) say('250 taken');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    said: () => said,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
