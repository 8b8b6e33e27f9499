/*
 * Push for a shop's pages. Load it from Kairos, and call it when the visitor clicks, for browsers ask only then:
 *
 *   <script src="https://KAIROS/v1/push.js"></script>
 *   button.onclick = () => kairosPush.subscribe({ writeKey, anonymousId: analytics.user().anonymousId() });
 *
 * The page's own service worker (`/push-worker.js` unless `worker` says another) needs one line:
 *
 *   importScripts('https://KAIROS/v1/push-worker.js');
 */
(() => {
  const base = new URL('push/', document.currentScript.src);

  const ask = async (method, path, writeKey, body) => {
    const answer = await fetch(new URL(path, base), {
      method,
      headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`Kairos: ${said.detail}`);
    return said;
  };

  window.kairosPush = {
    /** Asks the visitor, if nobody has; tells Kairos where their browser listens. Call it again after they log in. */
    async subscribe({ writeKey, anonymousId, userId, worker = '/push-worker.js' }) {
      const registration = await navigator.serviceWorker.register(worker);
      await navigator.serviceWorker.ready;
      const { publicKey } = await ask('GET', 'key', writeKey);
      const subscription = await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: publicKey,
      });
      await ask('POST', 'subscriptions', writeKey, { anonymousId, userId, subscription });
      return subscription;
    },

    /** Takes the visitor's browser back. */
    async unsubscribe({ writeKey, anonymousId, userId, worker = '/push-worker.js' }) {
      const registration = await navigator.serviceWorker.getRegistration(worker);
      const subscription = await registration?.pushManager.getSubscription();
      if (!subscription) return;
      const { endpoint } = subscription;
      await subscription.unsubscribe();
      await ask('DELETE', 'subscriptions', writeKey, { anonymousId, userId, endpoint });
    },
  };
})();
