import type { Clock } from '../clock.ts';
import type { Faults } from './faults.ts';
import type { MessageFile } from './message-file.ts';
import type { Provider } from './provider.ts';

/** What the sandbox's routes share. */
export interface SandboxParts {
  inbox: MessageFile;
  faults: Faults;
  clock: Clock;
  /** Null when nobody is called back. */
  provider: Provider | null;
}
