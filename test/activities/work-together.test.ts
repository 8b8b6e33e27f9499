import { expect, test } from 'vitest';
import { WorkTogether } from '../../activities/work-together.ts';

/** Work that says of each item what it was worked on with, and ends when the test says so. */
function workshop({ most = 10, fails = (items: readonly string[]): boolean => items.length === 0 } = {}) {
  const under: { items: readonly string[]; end: () => void }[] = [];
  const gathering = new WorkTogether<string, string>(async (items) => {
    await new Promise<void>((end) => under.push({ items, end }));
    if (fails(items)) throw new Error(`no ${items.join('+')}`);
    return items.map((item) => (item === 'shy' && items.length > 1 ? null : items.join('+')));
  }, most);
  const begun = async (count: number) => {
    await expect.poll(() => under.length, { interval: 1 }).toBe(count);
    return under.at(-1)!;
  };
  return { gathering, under, begun };
}

test('who comes alone waits for nobody; who comes meanwhile is the next, together, up to the bound', async () => {
  const { gathering, under, begun } = workshop({ most: 2 });
  const first = gathering.add('a');
  (await begun(1)).end();
  expect(await first).toBe('a');
  const second = gathering.add('b');
  await begun(2);
  const others = ['c', 'd', 'e'].map((item) => gathering.add(item));
  under[1]!.end();
  (await begun(3)).end();
  (await begun(4)).end();
  expect(await Promise.all([second, ...others])).toEqual(['b', 'c+d', 'c+d', 'e']);
});

test('work that takes long holds nobody up', async () => {
  const { gathering, under, begun } = workshop();
  const slow = gathering.add('slow');
  await begun(1);
  const quick = gathering.add('quick');
  (await begun(2)).end();
  expect(await quick).toBe('quick');
  under[0]!.end();
  expect(await slow).toBe('slow');
});

test('what is never worked on together does not wait for each other', async () => {
  const { gathering, under, begun } = workshop({ most: 1 });
  const all = Promise.all(['a', 'b', 'c'].map((item) => gathering.add(item)));
  await begun(3);
  for (const { end } of under) end();
  expect(await all).toEqual(['a', 'b', 'c']);
});

test('one that fails fails nobody else, and one that is to be alone is', async () => {
  const { gathering, under, begun } = workshop({ fails: (items) => items.includes('poison') });
  const blocking = gathering.add('blocking');
  await begun(1);
  const [good, poison] = [gathering.add('good'), gathering.add('poison')];
  const fallen = expect(poison).rejects.toThrow('no poison');
  under[0]!.end();
  (await begun(2)).end();
  await begun(4);
  under[2]!.end();
  under[3]!.end();
  await fallen;
  expect(await Promise.all([blocking, good])).toEqual(['blocking', 'good']);
  const [shy, bold] = [gathering.add('shy'), gathering.add('bold')];
  (await begun(5)).end();
  (await begun(6)).end();
  expect(await Promise.all([shy, bold])).toEqual(['shy', 'shy+bold']);
});
