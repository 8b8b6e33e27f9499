export { startWorkers, type JourneyWork } from '../../testing/workers.ts';
