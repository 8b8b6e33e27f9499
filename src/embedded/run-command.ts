import { spawn } from 'node:child_process';

export interface CommandResult {
  ok: boolean;
  /** The end of what it wrote to either output, or why it could not be run. */
  output: string;
}

/**
 * Runs a command to its end, or until `boundMs` is over, and hears each line that it writes. Never throws: what
 * cannot be run at all is `ok: false` as well.
 */
export async function runCommand(
  file: string,
  args: string[],
  options: { boundMs: number; env?: NodeJS.ProcessEnv; cwd?: string; onLine?: (line: string) => void },
): Promise<CommandResult> {
  const child = spawn(file, args, {
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  let output = '';
  const hear = (chunk: Buffer) => {
    const text = chunk.toString();
    output = (output + text).slice(-4_000);
    for (const line of text.trim().split('\n')) if (line) options.onLine?.(line);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      output += `\n(given up after ${options.boundMs / 1_000} s)`;
      child.kill('SIGKILL');
    }, options.boundMs);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
    child.once('close', () => clearTimeout(timer));
    child.once('error', () => clearTimeout(timer));
  });
}
