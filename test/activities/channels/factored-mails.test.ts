import { describe, expect, test } from 'vitest';
import type { EmailContent } from '../../../activities/channels/channel.ts';
import {
  factorable,
  factorMails,
  type SubstitutionBounds,
} from '../../../activities/channels/factored-mails.ts';
import { backOnShelf } from '../../../src/messages/back-on-shelf.ts';
import { renderMessage } from '../../../src/messages/render.ts';
import { mailSaying } from '../../../src/messages/said.ts';
import { Chance } from '../../plug/chance.ts';

const bounds = { tags: 100, bytes: 10_000 };

/** As a provider does that knows nothing of us: one tag after the other, in any order, and again in what came of it. */
function putTogether(
  content: EmailContent,
  substitutions: Record<string, string>,
  chance: Chance,
): EmailContent {
  const tags = chance.shuffled(Object.keys(substitutions));
  const say = (words: string) =>
    [...tags, ...tags].reduce((said, tag) => said.replaceAll(tag, () => substitutions[tag]!), words);
  return { subject: say(content.subject), html: say(content.html), text: say(content.text) };
}

/** Words that meet each other, our tags, and halves of characters. */
const words = [
  '',
  ' ',
  'Ada',
  'Ada Lovelace',
  'https://shop.example/u/',
  '😀',
  '😁',
  'é',
  '$&',
  '{{a}}',
  '\r',
  '-',
];
const traps = ['-kairos0x0-', 'kairos0x', '-kairos1x', 'kairos', '0x1-', '-ka'];

function randomLine(chance: Chance): string {
  const count = chance.between(0, 4);
  return Array.from({ length: count }, () => chance.pick(chance.happens(0.2) ? traps : words)).join('');
}

/** Mails of a few shapes whose lines agree mostly. */
function randomMails(chance: Chance): EmailContent[] {
  const shapes = Array.from({ length: chance.between(1, 3) }, () =>
    Array.from({ length: chance.between(1, 6) }, () => randomLine(chance)),
  );
  const own = chance.pick([0, 0.2, 0.9]);
  const someOf = (lines: readonly string[]) =>
    lines.map((line) => (chance.happens(own) ? line + randomLine(chance) : line)).join('\n');
  return Array.from({ length: chance.between(1, 12) }, () => {
    const shape = chance.pick(shapes);
    return { subject: someOf(shape.slice(0, 1)), html: someOf(shape), text: someOf(shape.slice(1)) };
  });
}

/** What a provider that takes these groups sends to each. */
function checkAll(mails: readonly EmailContent[], most: SubstitutionBounds, chance: Chance): void {
  const groups = factorable(mails, most);
  expect(groups.flat().sort((a, b) => a - b)).toEqual(mails.map((_, place) => place));
  for (const group of groups) {
    const part = chance.happens(0.5) ? group : group.slice(0, Math.ceil(group.length / 2));
    const { content, substitutions } = factorMails(part.map((place) => mails[place]!));
    for (const [n, place] of part.entries()) {
      const own = substitutions[n]!;
      expect(putTogether(content, own, chance)).toEqual(mails[place]);
      expect(JSON.stringify({ content, own }), 'no half of a character').not.toMatch(/\\ud[89a-f]/);
      if (group.length === 1) continue;
      expect(Object.keys(own).length).toBeLessThanOrEqual(most.tags);
      expect(Buffer.byteLength(JSON.stringify(own))).toBeLessThanOrEqual(most.bytes);
    }
  }
}

test('whatever is rendered, each gets it to the letter, and no mail is lost or doubled', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const chance = new Chance(seed);
    const narrow = { tags: chance.between(0, 3), bytes: chance.between(60, 200) };
    const most = chance.happens(0.5) ? bounds : narrow;
    try {
      checkAll(randomMails(chance), most, chance);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

test('mails that were made of the same words are factored by those, each with one link for its HTML and its text', async () => {
  const product = { sku: 'pot', title: 'A <pot>', priceMinor: 100, currency: 'EUR', reviews: [] };
  const products = [product];
  const mails: EmailContent[] = [];
  for (const n of [1, 2, 3, 4]) {
    const data = { product, products, unsubscribeUrl: `https://k.example/u/${n}${n}` };
    const asked = { message: backOnShelf, channel: 'email', data, customer: {}, persona: 'other' } as const;
    mails.push((await renderMessage(asked)) as EmailContent);
  }
  checkAll(mails, bounds, new Chance(1));
  expect(factorable(mails, bounds)).toEqual([[0, 1, 2, 3]]);
  const { substitutions } = factorMails(mails);
  expect(substitutions.map((own) => Object.values(own))).toEqual(
    [1, 2, 3, 4].map((n) => [`https://k.example/u/${n}${n}`]),
  );
});

test('where two of one’s own stand side by side no character is cut in half', () => {
  const plain = { words: ['same'], own: [] };
  const saying = (name: string, code: string) =>
    mailSaying({ subject: plain, html: { words: ['Hi ', '', '!'], own: [name, code] }, text: plain });
  const { subject, html, text } = saying('\u{1F469}', 'A1');
  const mails = [{ subject, html, text }, saying('Ada', 'A2'), saying('Grace', 'A3'), saying('Emmy', 'A4')];
  checkAll(mails, bounds, new Chance(1));
  for (const places of factorable(mails, bounds)) {
    const { substitutions } = factorMails(places.map((place) => mails[place]!));
    expect(JSON.stringify(substitutions)).not.toContain('\\ud');
  }
});

describe('groups', () => {
  const mail = (name: string, more: string[] = []) => ({
    subject: `For ${name}`,
    html: ['<p>Hello', ...more, `${name}</p>`].join('\n'),
    text: 'Hello',
  });

  test('mails of one template are one group, and only what differs is sent for each', () => {
    const mails = ['Ada', 'Grace', 'Emmy'].map((name) => mail(name));
    expect(factorable(mails, bounds)).toEqual([[0, 1, 2]]);
    const { content, substitutions } = factorMails(mails);
    expect(content.subject).toBe('For -kairos0x0-');
    expect(substitutions.map((own) => Object.values(own))).toEqual([['Ada'], ['Grace'], ['Emmy']]);
  });

  test('mails of different shapes are different groups', () => {
    expect(factorable([mail('Ada'), mail('Grace', ['a line']), mail('Emmy')], bounds)).toEqual([[0, 2], [1]]);
  });

  test('one that is all different does not take the others with it', () => {
    const long = 'x'.repeat(11_000);
    const mails = [mail('Ada', [long]), mail('Grace', [long]), mail('Emmy', [`y${long}y`])];
    expect(factorable(mails, bounds)).toEqual([[0, 1], [2]]);
  });

  test('what nobody could take together stands alone', () => {
    const mails = ['a', 'b', 'c'].map((letter) => mail(letter, [letter.repeat(11_000)]));
    expect(factorable(mails, bounds)).toEqual([[0], [1], [2]]);
  });
});
