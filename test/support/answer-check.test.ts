import { expect, test } from 'vitest';
import type { Document } from '../../api/openapi/document.ts';
import { testApi } from './api.ts';
import { answerCheck, type CheckedAnswer } from './answer-check.ts';
import { testDatabase } from './database.ts';

test('an answer that is not as described is found: its status, its media type, what it lacks, has over or has wrong', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const check = answerCheck((await api.get('/openapi.json', {})).body as unknown as Document);
  const right: CheckedAnswer = {
    method: 'GET',
    path: '/v1/sending',
    status: 200,
    contentType: 'application/json; charset=utf-8',
    body: { paused: false, pausedAt: null },
  };
  const found = (over: Partial<CheckedAnswer>) => () => check({ ...right, ...over });
  expect(found({})).not.toThrow();
  expect(found({ status: 418 })).toThrow(
    'GET /v1/sending answered 418, which /openapi.json does not describe',
  );
  expect(found({ contentType: 'text/html' })).toThrow('as text/html');
  expect(found({ body: { paused: false } })).toThrow("must have required property 'pausedAt'");
  expect(found({ body: { paused: 'no', pausedAt: null } })).toThrow('data/paused must be boolean');
  expect(found({ body: { ...(right.body as object), more: 1 } })).toThrow(
    'must NOT have additional properties',
  );
  expect(found({ status: 401, contentType: 'application/problem+json', body: {} })).toThrow('required');
  expect(found({ path: '/v1/customers/a%2Fb', status: 418 })).toThrow('/v1/customers/{id}');
  expect(found({ path: '/v1/nothing', status: 404 })).not.toThrow();
});
