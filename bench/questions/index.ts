import type { Question } from '../question.ts';
import { accepting } from './accepting.ts';
import { batches } from './batches.ts';
import { firstTask } from './first-task.ts';
import { memory } from './memory.ts';
import { restock } from './restock.ts';
import { routing } from './routing.ts';
import { runs } from './runs.ts';

/** Every question that `npm run bench` answers, by its letter. */
export const questions: readonly Question[] = [accepting, batches, routing, runs, firstTask, memory, restock];
