import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

test('a page of a shop learns from its write key alone where to send, and sends nothing elsewhere', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const answer = await api.get('/v1/projects/write-of-test/settings', {});
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  const apiHost = `${new URL(api.url).host}/v1`;
  expect(answer.body).toMatchObject({
    integrations: {
      'Segment.io': {
        ...{ apiKey: 'write-of-test', apiHost, protocol: 'http' },
        deliveryStrategy: { strategy: 'standard', config: { keepalive: true } },
      },
    },
    metrics: { sampleRate: 0 },
  });
  for (const key of ['nobody', 'admin-of-test']) {
    const refused = await api.get(`/v1/projects/${key}/settings`, {});
    expect([refused.status, refused.body.code]).toEqual([404, 'not-found']);
  }
  const odd = await new Promise<string>((done, failed) => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        'GET /v1/projects/write-of-test/settings HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
      ),
    );
    let said = '';
    socket.on('data', (bytes) => (said += bytes.toString()));
    socket.on('end', () => done(said)).on('error', failed);
  });
  expect(odd).toContain('HTTP/1.1 400');
  expect(odd).toContain('malformed-query');
  await using elsewhere = await testApi({ database }, { KAIROS_PUBLIC_URL: 'https://kairos.example/in/' });
  expect((await elsewhere.get('/v1/projects/write-of-test/settings', {})).body).toMatchObject({
    integrations: { 'Segment.io': { apiHost: 'kairos.example/in/v1', protocol: 'https' } },
  });
});
