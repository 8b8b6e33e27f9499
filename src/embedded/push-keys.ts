import { createVapidKeys } from '../vapid.ts';
import { provideKeys } from './kept-file.ts';

/**
 * The home's own key for push services, as settings: made once and kept, since browsers subscribe under it.
 * @throws StartError when it cannot be read.
 */
export async function providePushKeys(home: string): Promise<NodeJS.ProcessEnv> {
  const keys = await provideKeys(home, {
    fileName: 'push-keys.json',
    make: createVapidKeys,
    damaged: 'restore it from a backup, or remove it for a new key.',
  });
  return { VAPID_PUBLIC_KEY: keys.publicKey, VAPID_PRIVATE_KEY: keys.privateKey };
}
