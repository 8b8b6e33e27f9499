import { expect, test } from 'vitest';
import { checkedSegments } from '../../src/define/checked-segments.ts';
import { problemsOfPredicate } from '../../src/define/check-predicate.ts';
import { did, inSegment, not, ordered, spent, trait, type Predicate } from '../../src/define/predicate.ts';
import { entering, segment } from '../../src/define/segment.ts';
import type { Span } from '../../src/domain/span.ts';
import { StartError } from '../../src/errors.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { personas } from '../../src/personas/index.ts';
import { segments } from '../../src/segments/index.ts';

const cases: [Predicate, RegExp][] = [
  [
    did(orderCompleted).within('12 years' as Span),
    /^s\.did\(Order Completed\)\.within: "12 years" is not a span/,
  ],
  [did(orderCompleted).atLeast(1.5), /1\.5 times came; expected a whole number/],
  [did(orderCompleted).within('1 day').longerAgoThan('2 days'), /which nothing is/],
  [did(orderCompleted).since('yesterday'), /\.since: "yesterday" came/],
  [did(orderCompleted).since('2026-02-30'), /\.since: "2026-02-30" came/],
  [did({ name: '' }), /"" came; expected the name of an event/],
  [not(spent('EURO').atLeast(1)), /^s\.not\.spent: "EURO" came; expected a currency/],
  [trait(' ').isKnown(), /expected the name of a trait/],
  [trait('birthday').hasAnniversaryInDays(400), /400 days came; expected a whole number up to 364/],
  [trait('due').isBefore('31.12.2026'), /expected a day such as/],
  [trait('points').atLeast(NaN), /expected a number/],
  [trait('size').is({} as string), /expected a text, a number, true or false/],
  [{ kind: 'all', of: [] }, /all\(\) of nothing came/],
  [{ kind: 'some' } as unknown as Predicate, /expected a predicate/],
  [did(entering(segment('buyers', ordered()))), /expected inSegment\(\)/],
  [inSegment(segment('inner', spent('EUR').above(Infinity))), /^s\.inner\.spent: .* expected a number/],
];

test.each(cases)('what the compiler cannot see is told by its field: %#', (predicate, expected) => {
  expect(problemsOfPredicate('s', predicate)).toEqual([expect.stringMatching(expected)]);
});

test('what Kairos brings is in order', () => {
  expect(checkedSegments(segments, personas)).toBe(segments);
});

test('Kairos does not start with segments that cannot be kept, and says which', () => {
  const vague = segment('vague', did(orderCompleted).within('12 years' as Span));
  const none = { segments: [], otherwise: 'everybody' };
  const start = () =>
    checkedSegments([vague, segment('Odd Name', ordered()), segment('vague', ordered())], none);
  expect(start).toThrow(StartError);
  expect(start).toThrow(/vague\.did\(Order Completed\)\.within: "12 years"/);
  expect(start).toThrow(/"Odd Name": expected a kebab noun/);
  expect(start).toThrow(/vague: is the name of two segments/);
});
