import { describe, expect, test } from 'vitest';
import { gateReasons } from '../../src/domain/delivery.ts';
import { defaultShopCaps } from '../../src/domain/caps.ts';
import { aboutNothing } from '../../src/domain/relevance.ts';
import type { Wishes } from '../../src/domain/wishes.ts';
import { gateOrder, judge, judgeAgain, type GateFacts } from '../../src/domain/gate.ts';

const now = Date.parse('2026-03-10T12:00:00Z');

/** A customer whom everything speaks for. */
const fine: GateFacts = {
  now,
  channel: 'email',
  purpose: 'help',
  topic: '',
  run: { state: 'open', outcome: null, closedAt: null, openedAt: now - 86_400_000 },
  journey: { name: 'cart', cap: { sends: 2, within: '7 days' }, holdout: 0, lasts: '10 days' },
  shop: { caps: defaultShopCaps, globalHoldout: 0 },
  paused: { sending: null, journey: null, channel: null },
  erased: false,
  behind: false,
  address: { to: 'ada@example.test' },
  consent: 'granted',
  suppressions: [],
  counted: [],
  relevance: aboutNothing,
  claims: [],
  priority: 50,
  deferFor: null,
  overCapSince: null,
  zone: () => 'UTC',
  quiet: () => null,
  worthFor: null,
  dueAt: null,
  missing: null,
  armKey: 'key',
};

/** What speaks against them, one thing after the other, in the gate's order. */
const obstacles: [string, Partial<GateFacts>, string][] = [
  [
    'run-closed',
    { run: { state: 'closed', outcome: 'ordered', closedAt: now - 1_000, openedAt: now - 2_000 } },
    'withheld: run-closed — the run had ended as ordered at 2026-03-10T11:59:59.000Z',
  ],
  [
    'expired',
    { journey: { name: 'cart', cap: { sends: 2, within: '7 days' }, holdout: 0, lasts: '1 day' } },
    'withheld: expired — the run may last 1 day, and that was over',
  ],
  ['erased', { erased: true }, 'withheld: erased — the customer was erased'],
  [
    'paused',
    { paused: { sending: now - 60_000, journey: now, channel: now } },
    'waiting: paused — all sending has been paused since 2026-03-10T11:59:00.000Z',
  ],
  [
    'paused',
    { paused: { sending: null, journey: now - 60_000, channel: now } },
    'waiting: paused — cart has been paused since 2026-03-10T11:59:00.000Z',
  ],
  [
    'paused',
    { paused: { sending: null, journey: null, channel: now - 60_000 } },
    'waiting: paused — email has been paused since 2026-03-10T11:59:00.000Z',
  ],
  [
    'pacing',
    { releaseAt: now + 60_000 },
    'waiting: pacing — sending was resumed, and of all that waited its turn is at 2026-03-10T12:01:00.000Z',
  ],
  ['behind', { behind: true }, 'waiting: behind — an event of the customer has not taken effect yet'],
  [
    'unreachable',
    { address: { fault: 'the customer has no trait email' } },
    'withheld: unreachable — the customer has no trait email',
  ],
  ['no-consent', { consent: null }, 'withheld: no-consent — the customer never consented to email'],
  [
    'suppressed',
    { suppressions: [{ reason: 'bounced', at: now - 60_000, agreedAt: now }] },
    'withheld: suppressed — a message to the address bounced at 2026-03-10T11:59:00.000Z',
  ],
  [
    'irrelevant',
    { relevance: { ...aboutNothing, while: [{ words: 'has placed an order', holds: false }] } },
    'withheld: irrelevant — it is for who has placed an order, and the customer is not one of them',
  ],
  [
    'capped',
    { counted: [{ kind: 'contact', channel: null, at: now - 60_000 }] },
    'withheld: capped — 1 help or offer message a day, last one a contact at 2026-03-10T11:59:00.000Z',
  ],
  [
    'quiet-hours',
    { quiet: () => ({ until: now + 60_000, there: '08:00', words: 'it is 07:59 there' }) },
    'waiting: quiet-hours — it is 07:59 there',
  ],
  [
    'competing',
    { rival: 'the customer waits for kettle too, for longer' },
    'withheld: competing — the customer waits for kettle too, for longer',
  ],
  [
    'missing-data',
    { missing: 'percentOff' },
    'withheld: missing-data — the message asks for percentOff, which is not there',
  ],
];

describe('the gate', () => {
  test('lets through whom nothing speaks against', () => {
    expect(judge(fine)).toMatchObject({ state: 'intended', reason: null, arm: 'treated' });
  });

  test.each(obstacles)('%s', (reason, facts, words) => {
    expect(judge({ ...fine, ...facts })).toMatchObject({ reason, words });
  });

  test('has words for every reason, which begin with what became of the delivery and why, and say it in a sentence', () => {
    const reasons = [...new Set(obstacles.map(([reason]) => reason))];
    expect(reasons.sort()).toEqual([...gateReasons].sort());
    for (const [reason, facts] of obstacles) {
      const { state, words } = judge({ ...fine, ...facts });
      expect(words).toMatch(new RegExp(`^${state}: ${reason} — [\\w"].{10,}$`));
      expect(words).not.toMatch(/@|undefined|null|NaN|\[object/);
    }
  });

  test('names the first obstacle in its order, whatever else there is', () => {
    for (const [i, [reason]] of obstacles.entries()) {
      const these = obstacles.slice(i).map(([, facts]) => facts);
      expect(judge(Object.assign({}, fine, ...these) as GateFacts).reason).toBe(reason);
    }
  });

  test('draws the holdout last, the global one first, and both arms at the same moment', () => {
    const shop = { ...fine.shop, globalHoldout: 1 };
    const journey = { ...fine.journey, holdout: 1 };
    expect(judge({ ...fine, journey })).toMatchObject({ state: 'held-out', arm: 'held-out' });
    expect(judge({ ...fine, journey, shop })).toMatchObject({ state: 'held-out', arm: 'global-held-out' });
    for (const [, facts] of obstacles) expect(judge({ ...fine, journey, shop, ...facts }).arm).toBeNull();
  });

  test('the global holdout spares what is owed', () => {
    const shop = { ...fine.shop, globalHoldout: 1 };
    expect(judge({ ...fine, shop, purpose: 'transactional' })).toMatchObject({ arm: 'treated' });
  });

  test('has the order that is promised', () => {
    expect(gateOrder).toEqual([
      'run-ended',
      'run-expired',
      'erased',
      'paused',
      'behind',
      'reachable',
      'consent',
      'suppression',
      'relevance',
      'caps',
      'quiet-hours',
      'competing',
      'content',
      'would-send',
    ]);
  });
});

describe('consent', () => {
  test.each([
    ['granted', 'help', true],
    ['granted', 'offer', true],
    ['granted', 'transactional', true],
    [null, 'help', false],
    [null, 'offer', false],
    [null, 'transactional', true],
    ['denied', 'help', false],
    ['denied', 'offer', false],
    ['denied', 'transactional', false],
    ['left', 'help', false],
    ['left', 'offer', false],
    ['left', 'transactional', true],
  ] as const)('%s, %s: %s', (consent, purpose, passes) => {
    const { state } = judge({ ...fine, consent, purpose });
    expect(state).toBe(passes ? 'intended' : 'withheld');
  });
});

describe('the second look', () => {
  test('asks again what may have changed, and not what was drawn and counted', () => {
    const journey = { ...fine.journey, holdout: 1 };
    const counted = [{ kind: 'contact', channel: null, at: now - 1 } as const];
    expect(judgeAgain({ ...fine, journey, counted })).toEqual({ state: 'intended' });
  });

  test('cancels what would be withheld now, and waits when behind or paused', () => {
    const closed = { state: 'closed', outcome: 'ordered', closedAt: null, openedAt: now } as const;
    expect(judgeAgain({ ...fine, run: closed })).toEqual({
      state: 'cancelled',
      reason: 'run-closed',
      words: 'cancelled: run-closed — the run had ended as ordered',
    });
    expect(judgeAgain({ ...fine, consent: 'denied' })).toMatchObject({
      state: 'cancelled',
      reason: 'no-consent',
    });
    expect(judgeAgain({ ...fine, behind: true })).toMatchObject({ state: 'waiting', reason: 'behind' });
    const paused = { sending: null, journey: now, channel: null };
    expect(judgeAgain({ ...fine, paused })).toMatchObject({ state: 'waiting', reason: 'paused' });
    expect(judgeAgain({ ...fine, paused, run: closed })).toMatchObject({ state: 'cancelled' });
  });
});

describe('what the customer wishes', () => {
  const wishing = (over: Partial<Wishes>) => ({ avoids: [], channels: [], frequency: null, ...over });
  const words = (wishes: Partial<Wishes>, over: Partial<GateFacts> = {}) =>
    judge({ ...fine, wishes: wishing(wishes), ...over }).words;
  const contact = { kind: 'contact' as const, channel: null, at: now - 2 * 86_400_000 };

  test('holds back help and offers by other channels, too often, or at all', () => {
    expect(words({ channels: ['sms'] })).toBe(
      'withheld: no-consent — the customer asked to be reached by sms only',
    );
    expect(words({ channels: ['sms', 'email'] })).toMatch(/^intended/);
    expect(words({ frequency: 'never' })).toBe(
      'withheld: no-consent — the customer asked for no help and no offers',
    );
    expect(words({ frequency: 'weekly' }, { counted: [contact] })).toBe(
      'withheld: capped — 1 help or offer message, as the customer asked, in 7 days, last one a contact at 2026-03-08T12:00:00.000Z',
    );
    expect(words({ frequency: 'daily' }, { counted: [contact] })).toMatch(/^intended/);
  });

  test('holds back nothing that is owed', () => {
    const owed = { purpose: 'transactional' as const, counted: [contact] };
    expect(words({ channels: ['sms'], frequency: 'never' }, owed)).toMatch(/^intended/);
    expect(words({ frequency: 'monthly' }, owed)).toMatch(/^intended/);
  });
});
