import type { Request } from 'express';
import { PassThrough, type Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { bounds } from '../../src/domain/bounds.ts';
import { AppError } from '../../src/errors.ts';
import { withinTime } from '../within-time.ts';

const decoders: Record<string, () => Duplex> = {
  identity: () => new PassThrough(),
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * A request's body as it comes, inflated, read no faster than it is asked for.
 * @param stopping Ends it in the midst: this process is told to stop.
 * @throws AppError `unsupported-encoding` at once; from the iteration `malformed-body` when it breaks off, is not what
 * its headers say, or stops coming, and `unavailable` when this process stops.
 */
export function streamBody(req: Request, stopping?: AbortSignal): AsyncIterable<Buffer> {
  const encoding = req.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (decoder) return chunksOf(req, decoder(), stopping);
  throw new AppError(
    'unsupported-encoding',
    `"Content-Encoding: ${encoding}" is not known here; use gzip, deflate, br or none.`,
  );
}

async function* chunksOf(req: Request, decoder: Duplex, stopping?: AbortSignal): AsyncGenerator<Buffer> {
  // Not `pipeline`: that would end the connection with the body, and the answer with it.
  const broken = (cause?: Error) => decoder.destroy(cause ?? new Error('the body broke off'));
  req.once('error', broken).once('close', () => req.complete || broken());
  const stop = () =>
    broken(new AppError('unavailable', 'Kairos stops: send this file again from its start.'));
  stopping?.addEventListener('abort', stop);
  const chunks = req.pipe(decoder)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const next = await withinTime(chunks.next(), bounds.importStallMs);
      if (next.done) return;
      yield next.value;
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'malformed-body',
      'The body broke off, stopped coming, or is not what its headers say; what was taken of it stays.',
      { cause },
    );
  } finally {
    stopping?.removeEventListener('abort', stop);
    req.unpipe(decoder);
    decoder.destroy();
  }
}
