import { audience } from '../define/audience.ts';
import { all, any, interestedIn, not, stated, trait, type Predicate } from '../define/predicate.ts';

/** What a `moment.occurred` says, with its subject. */
interface Moment {
  topic: string;
  categories: readonly string[];
  regions: readonly string[];
}

const lately = '90 days';

/**
 * Whom a moment helps: who has said that its topic or one of its categories interests them; of those who have said
 * nothing of their interests, who has shown it by what they did in the last 90 days. Of a moment that names regions only
 * those who live there.
 */
export const concernedByMoment = audience('concerned-by-moment', ({ topic, categories, regions }: Moment) => {
  const names = [topic, ...categories];
  const said = names.map((name) => stated('interests').has(name));
  const shown = [
    interestedIn({ topic }).within(lately),
    ...categories.map((category) => interestedIn({ category }).within(lately)),
  ];
  const interested = any(...some(said), all(not(stated('interests').isKnown()), any(...some(shown))));
  return regions.length === 0 ? interested : all(interested, any(...some(regions.map(livesIn))));
});

const livesIn = (region: string) => trait('region').is(region);

/** Of predicates of which there is one at least. */
const some = (predicates: Predicate[]) => predicates as [Predicate, ...Predicate[]];
