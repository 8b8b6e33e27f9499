import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { kairosStandIn } from './kairos-stand-in.ts';
import { recordingFile, viewed } from './recording.ts';

/** The command as `npm run replay` runs it. */
function command(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/bin/replay.ts', ...args], {
    env: { PATH: process.env['PATH'] ?? '', KAIROS_WRITE_KEY: 'k', ...env },
  });
  const ended = Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
  ]).then(([out, err, code]) => ({ out, err, code }));
  return { child, ended };
}

test('a gzipped recording is posted, its totals are told, and a second call finds nothing left', async () => {
  await using kairos = await kairosStandIn({ clockSpeed: 3_600 });
  await using file = await recordingFile([viewed(0), viewed(600), viewed(1_200)], 'shop.ndjson.gz');
  const env = { KAIROS_HOME: file.folder, KAIROS_URL: `${kairos.url}/` };
  const first = await command([file.path, '--reachable', 'example.test'], env).ended;
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toContain(`to ${kairos.url}, 3600 times as fast as it was recorded\n`);
  expect(first.out).toContain(
    '4 posted (1 of them to identify somebody): 4 accepted, 0 duplicates, 0 rejected',
  );
  expect(kairos.batches.flat().map(({ type }) => type)).toEqual(['identify', 'track', 'track', 'track']);
  const second = await command([file.path, '--reachable', 'example.test'], env).ended;
  expect(second).toMatchObject({ code: 0 });
  expect(second.out).toContain('nothing was left of what to post');
  const again = await command([file.path, '--reachable', 'example.test', '--again'], env).ended;
  expect(again.out).toContain('4 accepted, 0 duplicates');
});

test('what was not accepted makes it end with 1', async () => {
  await using kairos = await kairosStandIn();
  await using file = await recordingFile(['{}', viewed(0)]);
  const { code, err } = await command([file.path, '--url', kairos.url], { KAIROS_HOME: file.folder }).ended;
  expect(err).toBe(
    'Line 1 is not a Segment message: its type is nothing, expected is track, identify, page, screen, group or alias.\n',
  );
  expect(code).toBe(1);
});

test('without a Kairos it says what to do', async () => {
  await using file = await recordingFile([viewed(0)]);
  const { code, err } = await command([file.path, '--url', 'http://127.0.0.1:9'], {
    KAIROS_HOME: file.folder,
  }).ended;
  expect(err).toMatch(
    /^No Kairos answers at http:\/\/127\.0\.0\.1:9 \(.+\): start it with npm start, or say with --url/,
  );
  expect(code).toBe(1);
});

test('Ctrl-C, also when npm repeats it, stops it after the batch under way', async () => {
  await using kairos = await kairosStandIn();
  await using file = await recordingFile([viewed(0), viewed(3_600)]);
  const { child, ended } = command([file.path, '--url', kairos.url], { KAIROS_HOME: file.folder });
  await expect.poll(() => kairos.batches.length).toBe(1);
  child.kill('SIGINT');
  child.kill('SIGINT');
  const { out, code } = await ended;
  expect(out).toContain('Stopped; called again, it goes on there.');
  expect(code).toBe(130);
});
