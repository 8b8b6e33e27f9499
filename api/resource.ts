import type { IRouter, Request, RequestHandler, Response } from 'express';
import { AppError } from '../src/errors.ts';

type Method = 'get' | 'post' | 'put' | 'delete';
type Handler = (req: Request, res: Response) => Promise<void> | void;

/** A path with what it does by method; any other method is refused with the list of those it takes. */
export function resource(
  router: IRouter,
  path: string,
  methods: Partial<Record<Method, Handler>>,
  before: RequestHandler[] = [],
): void {
  const route = router.route(path);
  for (const handler of before) route.all(handler);
  for (const method of Object.keys(methods) as Method[]) route[method](methods[method]!);
  const allowed = Object.keys(methods).map((method) => method.toUpperCase());
  if (allowed.includes('GET')) allowed.push('HEAD');
  route.all((req, res) => {
    res.set('Allow', allowed.join(', '));
    throw new AppError('method-not-allowed', `${req.path} takes ${allowed.join(', ')}, not ${req.method}.`);
  });
}
