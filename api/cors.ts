import type { RequestHandler } from 'express';

/** Lets pages of any shop send events with the write key, which is no secret; answers their preflight. */
export const cors: RequestHandler = (req, res, next) => {
  res.set('Access-Control-Allow-Origin', '*');
  res.set('Access-Control-Expose-Headers', 'Retry-After');
  if (req.method !== 'OPTIONS') return next();
  res.set({
    'Access-Control-Allow-Methods': 'GET, POST, DELETE, OPTIONS',
    // Whatever a shop's other scripts put on its requests, such as `traceparent`; the star leaves out `Authorization`.
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Content-Encoding, X-Retry-Count, *',
    'Access-Control-Max-Age': '86400',
  });
  res.status(204).end();
};
