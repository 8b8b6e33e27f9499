/* For a shop's service worker: shows what Kairos pushes, and opens its page when it is clicked. */
self.addEventListener('push', (event) => {
  const { title, body, url, tag } = event.data.json();
  // With a tag, the same message a second time takes the place of the first.
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url } }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  if (url) event.waitUntil(self.clients.openWindow(url));
});
