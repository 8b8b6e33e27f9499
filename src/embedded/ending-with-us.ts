import type { ProgramCommand } from './program.ts';
import { runCommand } from './run-command.ts';

let possible: Promise<boolean> | undefined;

/**
 * The same command, run so that the system stops the program when this process is gone, however that ended. Only
 * Linux can do that, through `setpriv` of util-linux; elsewhere the next start ends what was left (`endLeftovers`).
 */
export async function endingWithUs(command: ProgramCommand): Promise<ProgramCommand> {
  possible ??= runCommand('setpriv', ['--pdeathsig', 'TERM', 'true'], { boundMs: 5_000 }).then(
    ({ ok }) => ok,
  );
  if (!(await possible)) return command;
  return {
    ...command,
    file: 'setpriv',
    args: ['--pdeathsig', command.stopSignal, '--', command.file, ...command.args],
  };
}
