import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import durable from '../durable-names.json' with { type: 'json' };
import { stoppedIn, type Stop } from './stopped-in.ts';
import { sourcesOf, waitsOf, type WaitPlace } from './waits-of.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(import.meta.dirname, 'histories');

async function stopsByName(): Promise<Map<string, Stop[]>> {
  const stops = new Map<string, Stop[]>();
  for (const file of (await readdir(folder)).filter((one) => one.endsWith('.json'))) {
    const history = JSON.parse(await readFile(join(folder, file), 'utf8')) as Parameters<typeof stoppedIn>[0];
    const name = file.slice(0, file.indexOf('.'));
    stops.set(name, [...(stops.get(name) ?? []), stoppedIn(history)]);
  }
  return stops;
}

/** The waits of a rule in which no history stops. Of two that read alike, each needs one of its own. */
function unrecorded(waits: readonly WaitPlace[], stops: readonly Stop[]): WaitPlace[] {
  const kinds = [...new Set(waits.map(({ summary }) => summary.source))];
  return kinds.flatMap((kind) => {
    const alike = waits.filter(({ summary }) => summary.source === kind);
    const found = stops.filter((stop) => stop.summary !== null && alike[0]!.summary.test(stop.summary));
    return alike.slice(new Set(found.map(({ timers }) => timers)).size);
  });
}

const isWatch = (file: string) => file.startsWith('workflows/watches/');

function cureOf(file: string, name: string): string {
  const recordings = `test/replay/recordings/${file.split('/').at(-1)!}`;
  const where = existsSync(join(root, recordings)) ? recordings : 'test/replay/record.test.ts';
  return `Add the way there to ${where}, and run \`npm run record -- ${name}\`.`;
}

test('a history is recorded of every name, and one stopped in every wait', async () => {
  const stops = await stopsByName();
  const sources = sourcesOf(root);
  expect(sources.size).toBeGreaterThan(0);
  const problems = [...sources].flatMap(([name, file]) => {
    const own = stops.get(name) ?? [];
    const missing = unrecorded(waitsOf(root, file, name), own).map(
      ({ words, place }) => `${name}: no recorded history stops in ${words}, ${place}. ${cureOf(file, name)}`,
    );
    // A watch goes on as new, for as long as its product is there.
    if (own.some(({ hasEnded }) => hasEnded || isWatch(file))) return missing;
    return [...missing, `${name}: no recorded history comes to an end. ${cureOf(file, name)}`];
  });
  expect(problems).toEqual([]);
});

test('no durable name is without its code and histories', async () => {
  const stops = await stopsByName();
  const sources = sourcesOf(root);
  const without = durable.workflows.filter((name) => !sources.has(name) || !stops.has(name));
  expect(without, 'runs of these may still live: keep their code, and record their histories').toEqual([]);
});

test('a wait that no history stops in is found, also when another one reads alike', () => {
  const wait = (place: string): WaitPlace => ({
    words: "wait('1 day')",
    place,
    summary: /^waiting 1 day$/,
  });
  const stop = (timers: number): Stop => ({ timers, summary: 'waiting 1 day', hasEnded: false });
  expect(unrecorded([wait('a:1'), wait('a:2')], [stop(1), stop(1)]).map(({ place }) => place)).toEqual([
    'a:2',
  ]);
  expect(unrecorded([wait('a:1'), wait('a:2')], [stop(1), stop(2)])).toEqual([]);
  expect(unrecorded([wait('a:1')], [{ timers: 1, summary: 'waiting 2 days', hasEnded: false }])).toHaveLength(
    1,
  );
});

test('waits are found in the code, with what their timers say', () => {
  const waits = waitsOf(root, 'test/workflows/fixtures/tea-shop.ts', 'secondLook');
  expect(waits.map(({ words }) => words)).toEqual([
    "wait('1 day')",
    "until('viewed', '2 days', { where: { product_id: cart.carries.product_id } })",
  ]);
  expect('until Product Viewed with product_id p-1, at most 2 days').toMatch(waits[1]!.summary);
  expect('1 day after cart-nudge').toMatch(waits[0]!.summary);
  expect('waiting 1 day; the run ends before that, after 12 hours').toMatch(waits[0]!.summary);
  expect('11 days after cart-nudge').not.toMatch(waits[0]!.summary);
});

test('waits for a local time are found as well', () => {
  const waits = waitsOf(root, 'test/workflows/fixtures/leases.ts', 'leaseEnds');
  const said = [
    'until 18:00 local',
    'until 1 day before the occasion at 08:00 local',
    'until the occasion at 12:00 local',
    'waiting 1 day',
  ];
  expect(waits).toHaveLength(said.length);
  for (const [place, words] of said.entries()) expect(words).toMatch(waits[place]!.summary);
  expect(said[1]).not.toMatch(waits[0]!.summary);
});
