import type { IRouter } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '../../src/errors.ts';

/** What a route says of itself, beside its handler. Schemas are those that validate what comes in. */
export interface Operation {
  summary: string;
  key: 'none' | 'write' | 'admin';
  query?: z.ZodType;
  body?: z.ZodType;
  /** The body may also be empty. */
  isBodyOptional?: boolean;
  /** Instead of `body`, where the content type says what comes: a schema each. */
  bodies?: Record<string, z.ZodType>;
  /** What it answers when all went well: a schema, or the media type of what is no JSON. */
  answer: z.ZodType | string;
  /** With which status; 200 unless it says another. */
  status?: 200 | 202 | 302;
  /** Pages that it answers with other statuses: which, and for whom. */
  pages?: Record<number, string>;
  /** Beside those that follow from its key, query and body. */
  errors?: ErrorCode[];
}

export type Method = 'get' | 'post' | 'put' | 'delete';
type Operations = Partial<Record<Method, Operation>>;

const described = new WeakMap<IRouter, Map<string, Operations>>();

/** Puts a path of the router into `/openapi.json` and `/docs`. A test demands it of every path that is served. */
export function describe(router: IRouter, path: string, operations: Operations): void {
  described.set(router, operationsOf(router).set(path, operations));
}

/** What was described on a router, by path. */
export function operationsOf(router: IRouter): Map<string, Operations> {
  return described.get(router) ?? new Map<string, Operations>();
}
