import { writeWhole } from '../embedded/write-whole.ts';
import { bundleWorkflows } from './bundle-workflows.ts';

/** Run by `start`: bundles the workflows into the file given, so that a worker that dies is back within seconds. */
const [, , file] = process.argv;
if (!file) throw new Error('Give the file to write the bundle to.');
await writeWhole(file, await bundleWorkflows(), 0o600);
process.exit(0);
