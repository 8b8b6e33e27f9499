import type { Request, Response } from 'express';
import { bounds } from '../../src/domain/bounds.ts';
import { sayValue } from '../../src/domain/say-value.ts';
import { AppError } from '../../src/errors.ts';
import { readJson } from '../body.ts';
import { isJsonType } from './cloud-event.ts';
import { decodeHeaderValue } from './header-value.ts';

export const structuredType = 'application/cloudevents+json';
export const batchType = 'application/cloudevents-batch+json';

/**
 * The CloudEvents of a request, each in the form of the JSON format, in any of the three modes: structured and batched
 * by the content type, else binary by its `ce-` headers; without those, plain JSON that says its `specversion` is
 * structured too, for that is how it is sent by hand.
 * @throws AppError `unsupported-media-type`, `malformed-json`, `malformed-body`, `malformed-message`, `too-large` …
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export async function readCloudEvents(req: Request, res: Response): Promise<readonly unknown[]> {
  const contentType = req.get('content-type');
  const [name] = (contentType ?? '')
    .toLowerCase()
    .split(';', 1)
    .map((part) => part.trim());
  const isNamed = name === structuredType || name === batchType;
  if (isNamed ? !isJsonType(contentType!) : name!.startsWith('application/cloudevents'))
    throw unsupported(contentType);
  if (name === batchType) return readBatch(await readJson(req, res, bounds.batchBytes));
  if (name === structuredType) return [await readJson(req, res, bounds.bodyBytes)];
  const headers = Object.entries(req.headers).filter(([header]) => header.startsWith('ce-'));
  if (headers.length === 0) return [await readPlain(req, res, contentType)];
  if (contentType !== undefined && !isJsonType(contentType)) throw notJson(contentType);
  const attributes = headers.map(([header, value]): [string, string] => [
    header.slice(3),
    decodeHeaderValue(header, String(value)),
  ]);
  const data = await readJson(req, res, bounds.bodyBytes);
  return [{ ...Object.fromEntries(attributes), datacontenttype: contentType ?? null, data }];
}

/** A structured event whose content type says no more than that it is JSON. */
async function readPlain(req: Request, res: Response, contentType: string | undefined): Promise<unknown> {
  if (contentType === undefined || !isJsonType(contentType)) throw unsupported(contentType);
  const body = await readJson(req, res, bounds.bodyBytes);
  if (typeof body === 'object' && body !== null && 'specversion' in body) return body;
  throw unsupported(contentType);
}

function readBatch(body: unknown): readonly unknown[] {
  if (!Array.isArray(body)) {
    throw new AppError(
      'malformed-body',
      `A batch is an array of CloudEvents, got ${sayValue(body)}; send one alone as ${structuredType}.`,
    );
  }
  const events: readonly unknown[] = body;
  if (events.length <= bounds.batchItems) return events;
  const came = `${events.length} events`;
  throw new AppError('too-large', `${came} are over the bound of ${bounds.batchItems} for a batch.`);
}

function unsupported(contentType: string | undefined): AppError {
  return new AppError(
    'unsupported-media-type',
    `Content-Type: expected ${structuredType} (one event), ${batchType} (an array of them), both in UTF-8, or ` +
      'application/json with the attributes in ce- headers or, of one event, in a body that has its specversion, got ' +
      `${sayValue(contentType)}${contentType !== undefined && isJsonType(contentType) ? ' with neither' : ''}.`,
  );
}

function notJson(contentType: string): AppError {
  return new AppError(
    'unsupported-media-type',
    `Content-Type: the data of an event is expected as JSON in UTF-8, got ${sayValue(contentType)}.`,
  );
}
