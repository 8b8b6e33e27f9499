// Shows the visitor of a shop's page the messages that Kairos has for them now. A classic script:
//   <script async src="https://kairos.shop.example/v1/onsite.js" data-write-key="..."></script>
// Options, as attributes of the tag: data-anonymous-id (else that of analytics.js), data-close-label, data-label.
// It keeps no cookies and no storage of its own, writes texts as texts, and listens only while the page is looked at.
(() => {
  const { src, dataset } = document.currentScript;
  const base = src.replace(/\/v1\/onsite\.js.*/, '/v1/onsite');
  const { writeKey } = dataset;
  const told = {};
  const closed = {};
  let who = null;
  let list = [];
  let current = null;
  let box = null;
  let source = null;
  let timer = 0;
  let waitMs = 1000;

  // As analytics.js keeps it: JSON of a text. A visitor who logs out has another from then on.
  const visitor = () => {
    if (dataset.anonymousId) return dataset.anonymousId;
    let kept = null;
    try {
      kept = localStorage.getItem('ajs_anonymous_id');
      return JSON.parse(kept);
    } catch {
      return kept;
    }
  };

  const hangUp = () => {
    source?.close();
    source = null;
    clearTimeout(timer);
    timer = 0;
  };

  const dial = () => {
    // Before there is anything in it: only what comes into it later is read out.
    box ??= place();
    const asked = new URLSearchParams({ writeKey, anonymousId: who });
    source = new EventSource(`${base}?${asked}`);
    source.addEventListener('messages', ({ data }) => {
      waitMs = 1000;
      list = JSON.parse(data).items;
      for (const { id } of list) if (closed[id]) tell(id, closed[id]);
      show();
    });
    source.onerror = () => {
      hangUp();
      const chance = crypto.getRandomValues(new Uint8Array(1))[0] / 256;
      timer = setTimeout(() => ((timer = 0), look()), waitMs * (1 + chance));
      waitMs = Math.min(waitMs * 2, 60000);
    };
  };

  // Who it is, and whether anybody looks: a page in the background listens to nothing.
  const look = () => {
    const now = visitor();
    if (now !== who) {
      hangUp();
      who = now;
      list = [];
      show();
    }
    const isSeen = document.visibilityState === 'visible' && typeof who === 'string' && who;
    if (!isSeen) hangUp();
    else if (document.body && !source && !timer) dial();
  };

  const tell = (id, deed) =>
    fetch(`${base}/${id}/${deed}`, {
      method: 'POST',
      keepalive: true,
      headers: { 'Content-Type': 'text/plain' },
      body: JSON.stringify({ writeKey, anonymousId: who }),
    })
      .then(({ ok }) => ok || delete told[id])
      .catch(() => delete told[id]);

  const finish = (deed) => {
    closed[current.id] = deed;
    tell(current.id, deed);
    show();
  };

  // One after the other, the oldest first.
  const show = () => {
    const next = list.find(({ id }) => !closed[id]);
    if (next?.id !== current?.id) draw(next);
    current = next;
    if (!next || next.shown || told[next.id]) return;
    told[next.id] = 1;
    tell(next.id, 'shown');
  };

  const add = (to, name, part, text) => {
    const made = document.createElement(name);
    made.setAttribute('part', part);
    made.textContent = text;
    to.append(made);
    return made;
  };

  const draw = (message) => {
    if (!message) return box?.replaceChildren();
    const card = document.createElement('div');
    card.setAttribute('part', 'message');
    add(card, 'strong', 'title', message.title);
    add(card, 'p', 'text', message.text);
    const url = message.url && new URL(message.url, location.href);
    if (url && /^https?:$/.test(url.protocol)) {
      const link = add(card, 'a', 'action', message.action || url.hostname);
      link.href = url.href;
      link.onclick = () => finish('clicked');
    }
    const close = add(card, 'button', 'close', '\u00d7');
    close.type = 'button';
    close.setAttribute('aria-label', dataset.closeLabel || 'Close');
    close.onclick = () => finish('dismissed');
    box.replaceChildren(card);
  };

  // In a shadow tree of its own, so that no style of the page breaks it; a style sheet made this way needs no
  // permission of the page's security policy. The page sets its variables, or styles its parts.
  const place = () => {
    const host = document.createElement('div');
    host.id = 'kairos-onsite';
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const status = document.createElement('div');
    status.setAttribute('role', 'status');
    status.setAttribute('aria-label', dataset.label || document.title);
    root.append(status);
    document.body.append(host);
    return status;
  };

  const css =
    ':host{all:initial;position:fixed;z-index:var(--kairos-z-index,2147483000);right:1rem;bottom:1rem;' +
    'width:min(22rem,100vw - 2rem);font:var(--kairos-font,1rem/1.4 system-ui,sans-serif)}' +
    '[part=message]{box-sizing:border-box;max-height:min(40vh,20rem);overflow:auto;position:relative;' +
    'padding:1rem 3rem 1rem 1rem;background:var(--kairos-background,#fff);color:var(--kairos-color,#1a1a1a);' +
    'border:1px solid var(--kairos-border,#0003);border-radius:var(--kairos-radius,.5rem);' +
    'box-shadow:var(--kairos-shadow,0 .25rem 1rem #0003);overflow-wrap:anywhere}' +
    '[part=text]{margin:.25rem 0 .5rem;white-space:pre-line}' +
    '[part=action]{color:var(--kairos-accent,#0b5fd0)}' +
    '[part=close]{position:absolute;top:.25rem;right:.25rem;width:2.75rem;height:2.75rem;border:0;' +
    'background:none;color:inherit;font:inherit;font-size:1.5rem;cursor:pointer}' +
    '@media(max-width:30rem){[part=message]{max-height:30vh}}';

  addEventListener('keydown', (event) => {
    const isOurs = [document.body, box?.getRootNode().host].includes(document.activeElement);
    if (event.key === 'Escape' && current && isOurs && !event.defaultPrevented) finish('dismissed');
  });
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', hangUp);
  addEventListener('pageshow', look);
  setInterval(look, 1000);
  look();
})();
