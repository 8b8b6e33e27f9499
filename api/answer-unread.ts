import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { bounds } from '../src/domain/bounds.ts';
import { AppError } from '../src/errors.ts';
import { problemOf } from './problem.ts';

/**
 * Answers with a problem what Node could not read as a request of HTTP, or not to its end: no route hears of it, and by
 * itself Node says a bare number. The connection ends with it.
 */
export function answerUnread(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) =>
    answers.set(req.socket, res),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const last = answers.get(socket);
    const isAnswering = last !== undefined && last.headersSent && !last.writableEnded;
    // Whoever is gone hears nothing, and in the midst of an answer this would be a part of it.
    if (!socket.writable || isAnswering) return void socket.destroy();
    socket.end(answerTo(error), () => socket.destroy());
  });
}

function answerTo(error: NodeJS.ErrnoException): string {
  const problem = problemOf(errorOf(error));
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${statusWords[problem.status] ?? 'Bad Request'}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

const statusWords: Record<number, string> = {
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function errorOf({ code, message }: NodeJS.ErrnoException): AppError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError(
        'headers-too-large',
        `The address and the headers are over the bound of ${bounds.headerBytes} bytes; put what is long into a body.`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('too-slow', 'The headers of the request did not come to their end in time.');
    default:
      return new AppError(
        'malformed-request',
        `This is no request of HTTP/1.1, or not to its end: ${message.replace(/^Parse Error: /, '')}.`,
      );
  }
}
