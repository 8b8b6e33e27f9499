import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { test } from 'vitest';
import { knownBrowser } from './browser-binary.ts';

const path = await knownBrowser();

/** Declares a test that needs a real browser: skipped by name where none can be had, never passed. */
export const browserTest = test.skipIf(path === null);

const onlyThisMachine = 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

/** A page of a browser of its own, with all that it said. */
export interface TestBrowser extends AsyncDisposable {
  context: BrowserContext;
  page: Page;
  /** Errors and warnings of its console, and what its scripts threw. */
  complaints: string[];
  /** Ends the browser and tells from its own network log each host that a page turned to, also while it was left. */
  hostsOfPages(): Promise<string[]>;
}

/**
 * A browser with an empty profile that knows no host but this machine. It is driven over a pipe, so it listens on no
 * port, and it ends with the process that started it.
 */
export async function openBrowser(): Promise<TestBrowser> {
  if (path === null) throw new Error('There is no browser: declare the test with `browserTest`.');
  const folder = await mkdtemp(join(tmpdir(), 'kairos-browser-'));
  const netLog = join(folder, 'net-log.json');
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: path,
    args: [`--log-net-log=${netLog}`, `--host-resolver-rules=${onlyThisMachine}`],
  });
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= context.close());
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    complaints,
    async hostsOfPages() {
      await end();
      return hostsOfPages(await readFile(netLog, 'utf8'));
    },
    async [Symbol.asyncDispose]() {
      await end();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface NetLog {
  events: { params?: { url?: string; initiator?: string } }[];
}

/** Requests that a page began name its origin; those that the browser makes for itself do not. */
function hostsOfPages(netLog: string): string[] {
  const { events } = JSON.parse(netLog) as NetLog;
  const asked = events.flatMap(({ params }) => {
    return params?.url !== undefined && params.initiator?.startsWith('http')
      ? [new URL(params.url).host]
      : [];
  });
  return [...new Set(asked)].sort();
}
