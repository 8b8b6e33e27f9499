import { describe, expect, test } from 'vitest';
import { checkedSegments } from '../../src/define/checked-segments.ts';
import { event } from '../../src/define/event.ts';
import { personasInOrder } from '../../src/define/personas.ts';
import { did, ordered } from '../../src/define/predicate.ts';
import { entering, leaving, segment } from '../../src/define/segment.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';
import { journey } from '../../workflows/sdk/journey.ts';

const buyers = segment('buyers', ordered());
const strangers = segment('strangers', ordered().atMost(0));
const rules = { lasts: '10 days', cap: { sends: 2, within: '7 days' }, run: async () => 'done' } as const;
const kept = { segments: [buyers], personas: personasInOrder([buyers], 'everybody') };
const becomes = (persona: string) => event(`Persona Changed: ${persona}`);

describe('a journey may name only what routing keeps', () => {
  test('segments and personas that there are', () => {
    const sound = journey({ ...rules, starts: entering(buyers), ends: { changed: becomes('everybody') } });
    expect(journeyDefinitions({ sound }, kept)).toHaveLength(1);
  });

  test('others are refused, with the field and the cure', () => {
    const unsound = journey({
      ...rules,
      starts: entering(strangers),
      ends: { left: leaving(strangers) },
      hears: { changed: becomes('everbody') },
    });
    expect(() => journeyDefinitions({ unsound }, kept)).toThrow(
      [
        '  unsound.starts: the segment "strangers" is not in src/segments/index.ts: add it there.',
        '  unsound.ends.left: the segment "strangers" is not in src/segments/index.ts: add it there.',
        '  unsound.hears.changed: the persona "everbody" is not in src/personas/index.ts: add it there; did you mean everybody?',
      ].join('\n'),
    );
    expect(() =>
      journeyDefinitions({ sound: journey({ ...rules, starts: orderCompleted }) }, kept),
    ).not.toThrow();
  });
});

test('a segment does not ask for what follows from segments', () => {
  const circular = segment('circular', did(entering(buyers)));
  expect(() => checkedSegments([circular], kept.personas)).toThrow(
    'circular: "Segment Entered: buyers" follows from the segments themselves; ask inSegment(…) instead.',
  );
});
