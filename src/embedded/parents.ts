import { commandLine, parentOf } from './process-identity.ts';

const everyMs = 500;

/**
 * Calls back when whoever started this process is gone. A signal to `npm` ends npm and leaves its child running, and
 * there may be a shell between the two: so the way up to npm is watched, and no further, for the terminal above may
 * be closed.
 */
export async function whenParentGone(onGone: () => void): Promise<void> {
  const watched = await wayUp();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  async function look() {
    const parents = await Promise.all(watched.map(({ pid }) => parentOf(pid)));
    if (watched.every(({ parent }, i) => parents[i] === parent)) return;
    clearInterval(timer);
    onGone();
  }
}

interface Step {
  pid: number;
  parent: number;
}

/** This process, the bootstrap and the shell between, if npm is above them: each with its parent. */
async function wayUp(): Promise<Step[]> {
  const steps: Step[] = [];
  let pid = process.pid;
  for (;;) {
    const parent = await parentOf(pid);
    if (parent === null || parent <= 1) return steps;
    steps.push({ pid, parent });
    if (!(await isBetween(parent))) return steps;
    pid = parent;
  }
}

async function isBetween(pid: number): Promise<boolean> {
  const command = (await commandLine(pid)) ?? '';
  return /bootstrap\.mjs/.test(command);
}
