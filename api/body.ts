import express, { type Request, type Response } from 'express';
import { bounds } from '../src/domain/bounds.ts';
import { AppError } from '../src/errors.ts';
import { jsonPlace } from './json-place.ts';
import { withinTime } from './within-time.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a request's body, whatever its content type says (analytics.js calls its JSON `text/plain`); gzip,
 * deflate and br are inflated, and `maxBytes` counts inflated bytes.
 * @throws AppError `malformed-json` with the place, `too-large`, `unsupported-encoding`.
 */
export async function readJson(req: Request, res: Response, maxBytes: number): Promise<unknown> {
  return parseJson(await readBytes(req, res, maxBytes));
}

/** What bytes say as JSON. @throws AppError `malformed-json` with the place. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new AppError('malformed-json', 'The body is empty.');
  const text = decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column, path } = jsonPlace(text);
    const within = path === '' ? '' : `, in ${JSON.stringify(path)}`;
    throw new AppError(
      'malformed-json',
      `The body stops being JSON at line ${line}, column ${column}${within}.`,
      {
        cause,
      },
    );
  }
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AppError('malformed-json', 'The body is not UTF-8, which JSON is written in.', { cause });
  }
}

/** The bytes of a request's body, inflated; none of an empty one. @throws AppError as `readJson` does, but for JSON. */
export async function readBytes(req: Request, res: Response, maxBytes: number): Promise<Buffer> {
  const read = express.raw({ type: () => true, limit: maxBytes });
  const reading = new Promise<void>((done, failed) => {
    read(req, res, (error?: unknown) =>
      error === undefined ? done() : failed(bodyError(error, req, maxBytes)),
    );
  });
  await withinTime(reading, bounds.bodyMs).catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    res.set('Connection', 'close');
    throw new AppError(
      'malformed-body',
      `The body took longer than ${bounds.bodyMs / 1_000} seconds to come.`,
    );
  });
  const bytes: unknown = req.body;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0);
}

function bodyError(error: unknown, req: Request, maxBytes: number): AppError {
  switch ((error as { type?: unknown }).type) {
    case 'entity.too.large':
      return new AppError('too-large', `The body is over the bound of ${maxBytes} bytes, counted inflated.`, {
        cause: error,
      });
    case 'encoding.unsupported':
      return new AppError(
        'unsupported-encoding',
        `"Content-Encoding: ${req.get('content-encoding')}" is not known here; use gzip, deflate, br or none.`,
        { cause: error },
      );
    default:
      return new AppError(
        'malformed-body',
        'The body could not be read: it was cut off, or is not what its headers say.',
        {
          cause: error,
        },
      );
  }
}
