import type { Question } from '../question.ts';
import { accepting } from './accepting.ts';
import { audienceOf } from './audience.ts';
import { batches } from './batches.ts';
import { feed } from './feed.ts';
import { firstTask } from './first-task.ts';
import { gathering } from './gathering.ts';
import { hearing } from './hearing.ts';
import { lookUp } from './look-up.ts';
import { mails } from './mails.ts';
import { memory } from './memory.ts';
import { oldLedger } from './old-ledger.ts';
import { onsite } from './onsite.ts';
import { passingGate } from './passing-gate.ts';
import { recompute } from './recompute.ts';
import { restock } from './restock.ts';
import { routing } from './routing.ts';
import { routingSegments } from './routing-segments.ts';
import { runs } from './runs.ts';
import { space } from './space.ts';
import { touched } from './touched.ts';
import { watching } from './watching.ts';

/** Every question that `npm run bench` answers, by its letter. */
export const questions: readonly Question[] = [
  ...[accepting, batches, routing, runs, firstTask, memory, restock],
  ...[recompute, touched, lookUp, audienceOf, routingSegments, space],
  ...[passingGate, mails, oldLedger, onsite, feed, watching, gathering, hearing],
];
