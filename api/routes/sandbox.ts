import { request } from 'node:http';
import { pipeline } from 'node:stream';
import type { IRouter, Request, Response } from 'express';
import { AppError } from '../../src/errors.ts';
import type { RouteDeps } from '../deps.ts';
import { sendProblem } from '../problem.ts';

/** Headers that hold for one connection only. */
const ofConnection = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'];

/** The sandbox provider's inbox, on Kairos's own port; nothing where there is no sandbox. */
export function sandboxRoutes(router: IRouter, { config }: RouteDeps): void {
  const base = config.KAIROS_SANDBOX_URL;
  if (base !== undefined) router.use('/sandbox', (req, res) => pass(new URL(base), req, res));
}

function pass(base: URL, req: Request, res: Response): void {
  const headers = { ...req.headers, host: base.host };
  for (const name of ofConnection) delete headers[name as keyof typeof headers];
  // Never to a host that the request line names: of it only the path counts.
  const { pathname, search } = new URL(req.originalUrl, base);
  const { hostname, port } = base;
  const to = { hostname, port, path: `${pathname}${search}`, method: req.method, headers };
  const passed = request(to, (answer) => {
    for (const name of ofConnection) delete answer.headers[name];
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    // What breaks on the way cannot be answered any more: both ends are closed.
    pipeline(answer, res, () => {});
  });
  passed.on('error', (cause) => {
    if (res.headersSent) return void res.destroy();
    sendProblem(
      res,
      new AppError('unavailable', 'The sandbox provider does not answer at the moment.', { cause }),
    );
  });
  res.on('close', () => passed.destroy());
  req.pipe(passed);
}
