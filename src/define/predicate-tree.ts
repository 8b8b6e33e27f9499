import type {
  ConsentPredicate,
  DidPredicate,
  OrderedPredicate,
  Predicate,
  ReachablePredicate,
  TraitPredicate,
} from './predicate-data.ts';

/** What can be asked of one kind of data, without and, or and not. */
export type Leaf = TraitPredicate | DidPredicate | OrderedPredicate | ConsentPredicate | ReachablePredicate;

/** A predicate with segments inlined and every `not` pushed down to the leaves. */
export type Tree =
  | { readonly op: 'all' | 'any'; readonly of: readonly Tree[] }
  | { readonly op: 'leaf'; readonly leaf: Leaf; readonly negated: boolean };

/** The trait in which customers state what interests them: a text, or a list of them. */
export const interestsTrait = 'interests';

export function treeOf(predicate: Predicate, negated = false): Tree {
  switch (predicate.kind) {
    case 'all':
    case 'any': {
      const op = (predicate.kind === 'all') === negated ? 'any' : 'all';
      return { op, of: predicate.of.map((one) => treeOf(one, negated)) };
    }
    case 'not':
      return treeOf(predicate.of, !negated);
    case 'segment':
    case 'persona':
      return treeOf(predicate.where, negated);
    case 'did':
      return predicate.about?.kind === 'topic'
        ? topicTree(predicate, predicate.about.topic, negated)
        : counted(predicate, negated);
    case 'ordered':
      return counted(predicate, negated);
    case 'trait':
    case 'consent':
    case 'reachable':
      return { op: 'leaf', leaf: predicate, negated };
  }
}

/** What holds for who did nothing at all is the contrary of something done: at most twice is not three times. */
function counted(leaf: DidPredicate | OrderedPredicate, negated: boolean): Tree {
  const isCount = leaf.which === 'any' && (leaf.kind === 'did' ? leaf.sum === null : leaf.spent === null);
  const { atLeast, atMost } = leaf.times;
  if (!isCount || atLeast > 0) return { op: 'leaf', leaf, negated };
  if (atMost === null) return { op: negated ? 'any' : 'all', of: [] };
  return { op: 'leaf', leaf: { ...leaf, times: { atLeast: atMost + 1, atMost: null } }, negated: !negated };
}

/** Who states a topic is interested in it whatever they did. */
function topicTree(leaf: DidPredicate, topic: string, negated: boolean): Tree {
  const says: TraitPredicate = {
    ...{ kind: 'trait', trait: interestsTrait, origin: 'stated' },
    test: { is: 'has', value: topic },
  };
  const stated: Tree = { op: 'leaf', leaf: says, negated };
  return { op: negated ? 'all' : 'any', of: [counted(leaf, negated), stated] };
}

/** Every leaf of a predicate. */
export function leavesOf(tree: Tree): Leaf[] {
  return tree.op === 'leaf' ? [tree.leaf] : tree.of.flatMap(leavesOf);
}

/** Whether it is asked of a date, in the customer's own calendar. */
export function isDated(leaf: Leaf): boolean {
  return leaf.kind === 'trait' && (leaf.test.is === 'day' || leaf.test.is === 'date');
}
