import { membersOf } from '../../src/db/queries/evaluate-predicate.ts';
import { audience } from '../../src/define/audience.ts';
import { all, consented, interestedIn, trait, type Predicate } from '../../src/define/predicate.ts';
import type { Bench } from '../bench.ts';
import type { Finding, Line, Question, Size } from '../question.ts';
import { growth } from '../scale/growth.ts';
import { scaleShops, type ScaleShop } from '../scale/scale-shop.ts';
import { msOf, spreadOf } from '../statistics.ts';

const mailableIn = audience('mailable-in', ({ region }: { region: string }) =>
  all(trait('region').is(region), consented('email')),
);
const interestedLately = audience('interested-lately', ({ category }: { category: string }) =>
  interestedIn({ category }).within('30 days'),
);

const audiences: { what: string; where: Predicate }[] = [
  { what: 'Who lives in a region and may be mailed', where: mailableIn.where({ region: 'alps' }) },
  {
    what: 'Who took an interest in a category in 30 days',
    where: interestedLately.where({ category: 'Garden' }),
  },
];

/** (k) An audience, asked for now. */
export const audienceOf: Question = {
  letter: 'k',
  title: 'An audience of some 50,000',
  sharesBench: true,
  async measure(bench: Bench, size: Size): Promise<Finding> {
    const shops = await scaleShops(bench, size);
    const lines: Line[] = [];
    const found: string[] = [];
    for (const { what, where } of audiences) {
      const few = await asked(shops.small, where, size);
      const many = await asked(shops.large, where, size);
      const figure = spreadOf(many.times);
      lines.push({
        what,
        figure,
        unit: 'ms',
        aim: { words: 'under 1,000 ms', isMet: figure.median < 1_000 },
      });
      lines.push(growth(what, shops, { small: few.times, large: many.times }));
      found.push(`${what}: ${many.members.toLocaleString('en-US')}.`);
    }
    return { lines, notes: [...found, 'From asking until every id is in the memory of who asked.'] };
  },
};

async function asked({ database: { sql }, now }: ScaleShop, where: Predicate, size: Size) {
  let members = 0;
  const ask = async () => void (members = (await membersOf(sql, where, { who: 'everybody', now })).size);
  const times: number[] = [];
  for (let round = 0; round < (size === 'tiny' ? 1 : 5); round += 1) times.push(await msOf(ask));
  if (members === 0) throw new Error('Nobody is in the audience.');
  return { members, times };
}
