import { expect, test } from 'vitest';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

test('metrics tell what was taken in, what waits, and how long each route took, and no id', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const event = { event: 'Seen', userId: 'secret-user', messageId: 'm1' };
  await api.post('/v1/track', event);
  await api.post('/v1/track', event);
  await api.post('/v1/track', { event: 'Seen' });
  await api.get('/v1/customers/secret-user?by=id');
  const text = String((await api.get('/metrics', {})).body['text']);
  for (const line of [
    'kairos_ingestion_accepted_total 1',
    'kairos_ingestion_duplicates_total 1',
    'kairos_ingestion_rejected_total 1',
    'kairos_ingestion_waiting 0',
    'kairos_queue_depth{queue="unrouted"} 1',
    'kairos_queue_depth{queue="owed"} 0',
    'kairos_http_request_duration_seconds_count{method="POST",route="/v1/track",status="200"} 2',
    'kairos_http_request_duration_seconds_count{method="GET",route="/v1/customers/:id",status="404"} 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain('secret-user');
});
