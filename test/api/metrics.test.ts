import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { holdMessageIds } from '../support/hold-message-ids.ts';
import { holdTable } from '../support/hold-table.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

async function setup() {
  const database = await testDatabase();
  const api = await testApi({ database });
  return {
    ...{ database, api },
    scrape: () => scrape(api),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function scrape(api: TestApi): Promise<string> {
  return String((await api.get('/metrics', {})).body['text']);
}

test('metrics tell what was taken in, what waits, and how long each route took, and no id', async () => {
  await using it = await setup();
  const event = { event: 'Seen', userId: 'secret-user', messageId: 'm1' };
  await it.api.post('/v1/track', event);
  await it.api.post('/v1/track', event);
  await it.api.post('/v1/track', { event: 'Seen' });
  await it.api.get('/v1/customers/secret-user?by=id');
  const text = await it.scrape();
  for (const line of [
    'kairos_ingestion_accepted_total 1',
    'kairos_ingestion_duplicates_total 1',
    'kairos_ingestion_rejected_total 1',
    'kairos_ingestion_waiting 0',
    // A line of its own: what helps to read it begins alike.
    '\nkairos_database_up 1\n',
    'kairos_queue_depth{queue="unrouted"} 1',
    'kairos_queue_depth{queue="owed"} 0',
    'kairos_queue_depth{queue="forgetting"} 0',
    'kairos_http_request_duration_seconds_count{method="POST",route="/v1/track",status="200"} 2',
    'kairos_http_request_duration_seconds_count{method="GET",route="/v1/customers/:id",status="404"} 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain('secret-user');
});

test('what gathers while a commit is under way goes into one flush, whose size and duration are told', async () => {
  await using it = await setup();
  await using held = await holdMessageIds(it.database.url);
  const post = (n: number) => it.api.post('/v1/track', { event: 'Seen', userId: 'u', messageId: `m${n}` });
  const first = post(0);
  await eventually('the first commit to wait', held.isWaitedFor);
  const others = [1, 2, 3].map(post);
  await eventually('the others to wait', async () =>
    (await it.scrape()).includes('kairos_ingestion_waiting 4'),
  );
  await held.letGo();
  await Promise.all([first, ...others]);
  const text = await it.scrape();
  for (const line of [
    'kairos_ingestion_flush_messages_bucket{le="1"} 1',
    'kairos_ingestion_flush_messages_bucket{le="5"} 2',
    'kairos_ingestion_flush_messages_sum 4',
    'kairos_ingestion_flush_duration_seconds_count{outcome="committed"} 2',
    'kairos_ingestion_commits_total 2',
    'kairos_ingestion_waiting 0',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain('outcome="failed"');
});

test('a database that does not answer in time holds no scrape up, and what is not known is not shown', async () => {
  await using it = await setup();
  expect(await it.scrape()).toContain('\nkairos_database_up 1\n');
  await using held = await holdTable(it.database.url, 'unrouted');
  const text = await it.scrape();
  expect(text).toContain('\nkairos_database_up 0\n');
  expect(text).toContain('kairos_ingestion_waiting 0');
  expect(text).not.toContain('kairos_queue_depth{');
  await held.letGo();
  expect(await it.scrape()).toContain('kairos_queue_depth{queue="unrouted"} 0');
});

test('a request whose asker has gone is told as such', async () => {
  await using it = await setup();
  await using held = await holdMessageIds(it.database.url);
  const gone = new AbortController();
  const body = JSON.stringify({ event: 'Seen', userId: 'u' });
  const url = `${it.api.url}/v1/track?writeKey=write-of-test`;
  const asked = fetch(url, { method: 'POST', body, signal: gone.signal }).catch((error: Error) => error.name);
  await eventually('the commit to wait', held.isWaitedFor);
  gone.abort();
  expect(await asked).toBe('AbortError');
  await held.letGo();
  const line = 'kairos_http_request_duration_seconds_count{method="POST",route="/v1/track",status="0"} 1';
  await eventually('the request in the metrics', async () => (await it.scrape()).includes(line));
});
