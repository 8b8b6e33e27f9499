/**
 * Compares what Kairos made of everything with what the stories demand. Each check answers what is wrong, in words:
 * nothing, when all is right.
 */
import type { Findings, FoundDelivery, FoundRun } from './ledger.ts';
import { cartsAfter, messagesOf, ordersAfter, type ExpectedRun, type Fate, type Story } from './stories.ts';

/** All that a check looks at. */
export interface Reckoning {
  told: readonly Story[];
  found: Findings;
  /** When each message was first answered with 200, Kairos's time in epoch milliseconds. */
  answeredAt: ReadonlyMap<string, number>;
}

const day = 86_400_000;
/** How long a run of the journey may last. */
const longestRun = 10 * day;
/** The provider took it; that it arrived it tells unless it was killed before. */
const taken = ['accepted', 'delivered'];
const heard = ['unknown', ...taken];
const counting = ['held-out', ...heard];

/** Every accepted event is there exactly once and was given to its customer, and none that nobody posted. */
export function wrongEvents({ told, found, answeredAt }: Reckoning): string[] {
  const posted = new Set(told.flatMap(messagesOf).map(({ messageId }) => messageId));
  return [
    ...[...posted].filter((id) => !answeredAt.has(id)).map((id) => `${id} was never answered`),
    ...[...posted]
      .filter((id) => found.events.get(id) !== 1)
      .map((id) => `${id} is there ${found.events.get(id) ?? 0} times`),
    ...[...found.events.keys()].filter((id) => !posted.has(id)).map((id) => `nobody posted ${id}`),
    ...told.flatMap((story) => {
      const [mine, has] = [messagesOf(story).length, found.eventsOf.get(story.userId) ?? 0];
      return mine === has ? [] : [`${story.userId} did ${mine} things and has ${has} events`];
    }),
    ...(found.ownerless > 0 ? [`${found.ownerless} events were given to nobody`] : []),
    ...found.turns,
    ...(found.rejections > 0 ? [`${found.rejections} events were refused or set aside`] : []),
  ];
}

/** Carts hold what was put in and not taken out, and every order counts once. */
export function wrongFacts({ told, found }: Reckoning): string[] {
  const orders = new Map([...ordersAfter(told)].map(([id, userId]) => [id, { userId, value: 2_990 }]));
  return [
    ...differences(cartsAfter(told), found.carts, 'cart'),
    ...differences(orders, found.orders, 'order'),
  ];
}

function differences(wanted: Map<string, unknown>, had: Map<string, unknown>, what: string): string[] {
  const say = (of: Map<string, unknown>, place: string) => JSON.stringify(of.get(place)) ?? 'not there';
  return [...new Set([...wanted.keys(), ...had.keys()])]
    .filter((place) => say(wanted, place) !== say(had, place))
    .map((place) => `the ${what} ${place} is ${say(had, place)} and should be ${say(wanted, place)}`);
}

/** One run for each customer and cart, closed with the right outcome. */
export function wrongRuns({ told, found }: Reckoning): string[] {
  const places = new Map<string, FoundRun[]>();
  for (const run of found.runs) {
    const place = `${run.userId}/${run.key}`;
    places.set(place, [...(places.get(place) ?? []), run]);
  }
  const expected = told.flatMap((story) => story.runs.map((run) => ({ story, run })));
  const wrong = expected.flatMap(({ story, run }) => {
    const place = `${story.userId}/${run.cart}`;
    const runs = places.get(place) ?? [];
    places.delete(place);
    if (runs.length !== 1) return [`${place} (${story.kind}) has ${runs.length} runs`];
    return wrongEnd(`${place} (${story.kind})`, runs[0]!, run);
  });
  return [
    ...wrong,
    ...[...places.keys()].map((place) => `${place} has a run that nothing should have started`),
  ];
}

/** A run that could not be carried to its end in the time that it has says so: on a machine that is busy enough. */
function wrongEnd(who: string, run: FoundRun, expected: ExpectedRun): string[] {
  const { state, outcome, openedAt, closedAt } = run;
  if (state !== 'closed' || closedAt === null) return [`${who} is ${state}`];
  if (outcome === expected.outcome || isExpired(run)) return [];
  const lasted = (closedAt.getTime() - openedAt.getTime()) / day;
  return [
    `${who} ended as ${outcome} after ${lasted.toFixed(2)} days and should have as ${expected.outcome}`,
  ];
}

const isExpired = ({ outcome, openedAt, closedAt }: FoundRun) =>
  outcome === 'expired' && closedAt!.getTime() - openedAt.getTime() >= longestRun;

/** Only when all its time was over did the gate find that it was. */
const isTooLate = (delivery: FoundDelivery | undefined, { openedAt }: FoundRun) =>
  delivery?.reason === 'expired' && delivery.at.getTime() - openedAt.getTime() >= longestRun;

/** Every customer was decided on as often as they should be, and so that it fits what they did. */
export function wrongDecisions(all: Reckoning): string[] {
  const { told, found } = all;
  const runs = new Map(found.runs.map((run) => [`${run.userId}/${run.key}`, run]));
  const byRun = groups(found.deliveries, ({ runId }) => runId);
  const wrong = told.flatMap((story) =>
    story.runs.flatMap((expected) => {
      const run = runs.get(`${story.userId}/${expected.cart}`);
      if (!run) return [];
      const made = byRun.get(run.id) ?? [];
      return ['cart-nudge', 'cart-offer'].flatMap((message) =>
        wrongDecision(all, { story, run, message, fate: expected.fates[message] ?? null, made }),
      );
    }),
  );
  return [...wrong, ...tooOften(found.deliveries)];
}

interface Decided {
  story: Story;
  run: FoundRun;
  message: string;
  fate: Fate | null;
  made: readonly FoundDelivery[];
}

function wrongDecision(all: Reckoning, { story, run, message, fate, made }: Decided): string[] {
  const mine = made.filter((delivery) => delivery.message === message);
  const states = mine.map(({ state, reason }) => (reason ? `${state} (${reason})` : state));
  const who = `${message} of ${story.userId}/${run.key} (${story.kind}): ${states.join(', ') || 'no delivery'}`;
  const says = (isRight: boolean, wanted: string) => (isRight ? [] : [`${who}; it should be ${wanted}`]);
  const [one] = mine;
  const counts = mine.filter(({ state }) => counting.includes(state));
  if (mine.length > 1) return [`${who}; there should be one at most`];
  if (fate !== null && counts.length === 0 && (isExpired(run) || isTooLate(one, run))) return [];
  switch (fate) {
    case 'sent':
      return says(counts.length === 1 && fitsArm(one!), 'held out, or one that was sent');
    case 'one-a-day':
      return says(one?.reason === 'capped' || (counts.length === 1 && fitsArm(one!)), 'sent or capped');
    case 'withheld':
      return says(one?.state === 'withheld' && one.reason === 'no-consent', 'withheld for want of consent');
    case 'before-order': {
      const ordered = all.answeredAt.get(orderOf(story))!;
      return says(
        counts.every(({ at }) => at.getTime() <= ordered),
        'decided on before the order was answered',
      );
    }
    case null:
      return says(counts.length === 0, 'none that was sent');
  }
}

const fitsArm = ({ arm, state }: FoundDelivery) =>
  arm === 'held-out' ? state === 'held-out' : arm === 'treated' && heard.includes(state);

const orderOf = (story: Story) =>
  messagesOf(story).find(({ event }) => event === 'Order Completed')!.messageId;

/** The shop's caps, over all runs of a customer: one within a day, one arm for ever. */
function tooOften(deliveries: readonly FoundDelivery[]): string[] {
  const counted = deliveries.filter(({ state }) => counting.includes(state));
  return [...groups(counted, ({ userId }) => userId)].flatMap(([userId, mine]) => {
    const times = mine.map(({ at }) => at.getTime()).sort((a, b) => a - b);
    const isClose = times.some((at, i) => i > 0 && at < times[i - 1]! + day);
    const arms = new Set(mine.map(({ arm }) => arm));
    return [
      ...(isClose ? [`${userId} was written to twice within a day`] : []),
      ...(arms.size > 1 ? [`${userId} is ${[...arms].join(' and ')}`] : []),
    ];
  });
}

/**
 * The inbox against the ledger: one message for each that was accepted, to the right address; none or one where
 * nobody can tell; none for any other.
 */
export function wrongMessages({ told, found }: Reckoning): string[] {
  const addresses = new Map(told.map(({ userId, to }) => [userId, to]));
  const byDelivery = groups(found.inbox, ({ deliveryId }) => deliveryId ?? 'no delivery');
  const wrong = found.deliveries.flatMap(({ id, userId, state, message }) => {
    const came = byDelivery.get(id) ?? [];
    byDelivery.delete(id);
    const fits = taken.includes(state) ? came.length === 1 : came.length <= (state === 'unknown' ? 1 : 0);
    const strays = came.filter(({ to }) => to !== addresses.get(userId));
    return [
      ...(fits ? [] : [`${message} of ${userId} is ${state} and came ${came.length} times`]),
      ...strays.map(({ to }) => `${message} of ${userId} went to ${to}`),
    ];
  });
  return [
    ...wrong,
    ...[...byDelivery.keys()].map((id) => `a message came for ${id}, which is not in the ledger`),
  ];
}

export function groups<T>(list: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of list) found.set(by(one), [...(found.get(by(one)) ?? []), one]);
  return found;
}
