/**
 * What `npm start` and `npm test` run first: plain JavaScript without dependencies, because on a fresh clone nothing
 * is installed yet. It installs what is missing, then runs a TypeScript file as its child:
 *   node [FLAGS] src/bin/bootstrap.mjs FILE [ARGUMENTS]
 * with the flags that it was itself run with.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const oldestNode = [20, 19];
const parent = process.ppid;
const lookEveryMs = 200;

/** The child that runs now: signals go to it. */
let child = null;

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(
    `Kairos needs Node ${oldestNode.join('.')} or newer, and this is ${process.version}.\n` +
      'Install a newer one (https://nodejs.org) and start again.',
  );
  process.exit(1);
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : null;
}

/**
 * Whether node_modules lacks something that package-lock.json names. npm writes down what it installed; packages for
 * other machines are left out there, and so are those for development in an image that only serves.
 */
function isStale(needsDevelopment) {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return true;
  const wanted = Object.entries(readLock(join(root, 'package-lock.json'))).filter(([path]) => path !== '');
  return wanted.some(([path, { version, integrity, optional, dev, peer }]) => {
    const found = installed[path];
    if (!found) return !(optional || peer || (dev && !needsDevelopment));
    return found.version !== version || (integrity !== undefined && found.integrity !== integrity);
  });
}

function run(command, args) {
  return new Promise((resolve) => {
    child = spawn(command, args, { stdio: 'inherit' });
    child.once('error', (error) => {
      console.error(`${command} cannot be run: ${error.message}`);
      resolve({ code: 1, signal: null });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** One of several commands that begin at once installs; the others wait for it. */
async function holdingLock(work) {
  const lock = join(root, '.kairos', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true, mode: 0o711 });
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (waitedMs > 0 && waitedMs % 2000 === 0) {
      console.log(`Another command installs the packages; waiting: ${waitedMs / 1000} s`);
    }
    if (isHolderAlive(lock)) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    else rmSync(lock, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isHolderAlive(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Created and not yet written to: its holder lives.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function install() {
  const begun = performance.now();
  console.log('Installing packages (once) …');
  const timer = setInterval(() => {
    console.log(`Installing packages: ${Math.round((performance.now() - begun) / 1000)} s`);
  }, 2000);
  const args = ['ci', '--prefix', root, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { code } = npm ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
  clearInterval(timer);
  if (code === 0) return;
  console.error('The packages could not be installed: see above. `npm ci` by hand may tell more.');
  process.exit(code || 1);
}

/** A signal to npm ends npm alone: what it started has to notice. */
function endWithParent() {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child?.kill('SIGTERM');
  }, 500);
  timer.unref();
}

checkNode();
endWithParent();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal));

const [file, ...args] = process.argv.slice(2);
const needsDevelopment = file.startsWith('test');
if (isStale(needsDevelopment)) {
  await holdingLock(async () => {
    if (isStale(needsDevelopment)) await install();
  });
}
const loader = import.meta.resolve('tsx');
const flags = [...process.execArgv, '--import', loader];
const { code, signal } = await run(process.execPath, [...flags, join(root, file), ...args]);
process.exit(signal ? 1 : code);
