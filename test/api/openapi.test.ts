import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { createApp } from '../../api/app.ts';
import { createClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { errorCodes } from '../../src/errors.ts';
import type { Document } from '../../api/openapi/document.ts';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { testSandbox } from '../support/sandbox.ts';

test('every route that is served is described, and every one described is served', async () => {
  await using database = await testDatabase();
  const app = createApp({ database, clock: createClock(realTime), config: loadConfig({}), secret: 'secret' });
  const layers = app.router.stack.flatMap(({ route }) => route ?? []);
  const served = layers.flatMap(({ path, stack }) =>
    stack.flatMap(({ method }) => (method ? [`${method} ${path.replace(/:(\w+)/g, '{$1}')}`] : [])),
  );
  await using api = await testApi({ database });
  const { paths, openapi } = (await api.get('/openapi.json', {})).body as unknown as Document;
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(openapi).toBe('3.1.0');
  expect(described.length).toBeGreaterThan(20);
  expect(described.sort()).toEqual(served.sort());
  expect(paths['/v1/deliveries']!['get']!.parameters.map(({ name }) => name)).toContain('cursor');
  expect(paths['/v1/track']!['post']!.requestBody).toBeDefined();
  const identify = JSON.stringify(paths['/v1/identify']!['post']!.requestBody);
  for (const word of ['"stated"', '"traitsOrigin"', 'email:new-arrivals']) expect(identify).toContain(word);
  expect(paths['/v1/runs']!['get']!['x-error-codes']).toContain('wrong-key');
});

test('the sandbox is described where it is served, as it answers', async () => {
  await using database = await testDatabase();
  await using sandbox = await testSandbox();
  await using api = await testApi({ database }, { KAIROS_SANDBOX_URL: sandbox.url });
  const { paths } = (await api.get('/openapi.json', {})).body as unknown as Document;
  const described = Object.entries(paths).filter(([path]) => path.startsWith('/sandbox'));
  expect(described.map(([path, methods]) => [path, Object.keys(methods)])).toEqual([
    ['/sandbox', ['get']],
    ['/sandbox/messages', ['get']],
    ['/sandbox/faults', ['get', 'post']],
    ['/sandbox/reply', ['post']],
  ]);
  const key = Buffer.from(`AC${'0'.repeat(32)}:token`).toString('base64');
  const form = new URLSearchParams({ To: '+14155550123', From: '+15005550006', Body: 'here' });
  const sent = await fetch(`${sandbox.url}/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`, {
    ...{ method: 'POST', headers: { authorization: `Basic ${key}` }, body: form },
  });
  expect(sent.status).toBe(201);
  const json = { 'content-type': 'application/json' };
  // Each answer is held against the description.
  const answers = [
    await api.get('/sandbox', {}),
    await api.get('/sandbox/messages?limit=1', {}),
    await api.get('/sandbox/messages?limit=none', {}),
    await api.post('/sandbox/faults', { channel: 'sms', fault: 'refuse' }, json),
    await api.get('/sandbox/faults', {}),
    await api.post('/sandbox/reply', { from: '+14155550123', to: '+15005550006', text: 'STOP' }, json),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 200, 200, 503]);
  expect(answers[1]!.body['messages']).toHaveLength(1);
  await using without = await testApi({ database });
  expect(Object.keys((await without.get('/openapi.json', {})).body['paths'] as object)).not.toContain(
    '/sandbox',
  );
});

test('what the README and the demo post is what the description asks for', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const { paths } = (await api.get('/openapi.json', {})).body as unknown as Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const faults = (path: string, type: string, body: unknown) => {
    const asked = ajv.compile(paths[path]!['post']!.requestBody!.content[type]!.schema as object);
    return asked(body) ? null : ajv.errorsText(asked.errors);
  };
  const added = { userId: 'ada', event: 'Product Added', properties: { cart_id: 'c-1', price: 29.9 } };
  const known = { userId: 'ada', context: { consent: { channels: { email: true } } } };
  const restocked = {
    ...{ specversion: '1.0', id: '1', source: '/warehouse', type: 'stock.changed', subject: 'kettle' },
    data: { available: 0 },
  };
  expect(faults('/v1/track', 'application/json', added)).toBeNull();
  expect(faults('/v1/identify', 'application/json', known)).toBeNull();
  expect(faults('/v1/alias', 'application/json', { userId: 'ada', previousId: 'a1' })).toBeNull();
  for (const type of ['application/cloudevents+json', 'application/json']) {
    expect(faults('/v1/events', type, restocked)).toBeNull();
  }
});

test('every schema of the description is one', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const document = (await api.get('/openapi.json', {})).body;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const wrong: string[] = [];
  let looked = 0;
  const look = (value: unknown, place: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'schema') {
        looked += 1;
        if (!ajv.validateSchema(inner as object)) wrong.push(`${place}: ${ajv.errorsText(ajv.errors)}`);
      } else look(inner, `${place}/${name}`);
    }
  };
  look(document, '');
  expect(wrong).toEqual([]);
  expect(looked).toBeGreaterThan(100);
});

test('the page has every error, every bound and every path, and loads nothing', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const page = String((await api.get('/docs', {})).body['text']);
  expect((await fetch(api.url)).url, 'who opens the address alone').toBe(`${api.url}/docs`);
  for (const code of Object.keys(errorCodes)) expect(page).toContain(`<tr id="${code}">`);
  for (const name of Object.keys(bounds)) expect(page).toContain(`<td><code>${name}</code></td>`);
  for (const said of ['<td>512,000 bytes (500 KB)</td>', '<td>8 seconds</td>', '<td>14 days</td>']) {
    expect(page).toContain(said);
  }
  expect(page).toContain('integer, 1 to 1,000. 100 when it is not given.');
  // Once for the path and its short form.
  expect(page.match(/<h3><code>POST \/v1\/(track|t)<\/code>/g)).toEqual(['<h3><code>POST /v1/track</code>']);
  expect(page).toContain('Also <code>/v1/t</code>.');
  expect(page).toContain('PUT /v1/customers/{id}/consents');
  expect(page.replace('<link rel="icon" href="data:,">', '')).not.toMatch(/<script|<link|src=|https?:/);
  const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  for (const id of anchors) expect(page).toContain(` id="${id}"`);
});
