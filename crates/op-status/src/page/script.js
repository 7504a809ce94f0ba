(() => {
  'use strict';
  const main = document.querySelector('main[data-refresh]');
  if (!main) return;
  const pause = Number(main.dataset.refresh) * 1000;
  const connection = document.getElementById('connection');
  const announcement = document.getElementById('announcement');
  const icon = page => page.querySelector('link[rel=icon]').getAttribute('href');
  const code = page => page.querySelector('style').textContent + page.querySelector('script').textContent;
  const time = date => date.toISOString().slice(11, 19) + ' UTC';
  const say = (place, text) => { if (place.textContent !== text) place.textContent = text; };
  let answered = new Date();
  let timer;
  let busy = false;

  function attributes(old, fresh) {
    // What the reader opened or closed stays so, until op-warden itself has it otherwise.
    if (old.nodeName === 'DETAILS' && old.dataset.open !== fresh.dataset.open) old.open = fresh.open;
    for (const { name } of [...old.attributes]) {
      if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  // Changes only what changed: scroll, focus, selection and what is open stay where they are.
  function become(old, fresh) {
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    attributes(old, fresh);
    const wanted = new Set([...fresh.children].map(child => child.id));
    for (const child of [...old.children]) if (child.id && !wanted.has(child.id)) child.remove();
    const named = new Map([...old.children].filter(child => child.id).map(child => [child.id, child]));
    let at = old.firstChild;
    for (const next of fresh.childNodes) {
      const same = next.id ? named.get(next.id) : at && !at.id && at;
      if (!same || same.nodeName !== next.nodeName) {
        old.insertBefore(document.importNode(next, true), at);
        continue;
      }
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      become(same, next);
    }
    while (at) {
      const after = at.nextSibling;
      at.remove();
      at = after;
    }
  }

  function show(fresh) {
    const focused = document.activeElement;
    become(main, fresh.querySelector('main'));
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    const link = document.querySelector('link[rel=icon]');
    if (icon(document) !== icon(fresh)) link.setAttribute('href', icon(fresh));
    if (document.title !== fresh.title) {
      document.title = fresh.title;
      say(announcement, fresh.title);
    }
    document.documentElement.classList.remove('lost');
    say(connection, `refreshes every ${main.dataset.refresh} s`);
    answered = new Date();
  }

  function lost() {
    document.documentElement.classList.add('lost');
    document.title = 'No answer · op-warden';
    say(connection, `op-warden cannot be reached: all of this is from ${time(answered)}`);
  }

  async function refresh() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(10000) });
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!fresh.querySelector('main[data-refresh]')) throw new Error('another page');
      if (code(fresh) !== code(document)) location.reload();
      else show(fresh);
    } catch {
      lost();
    }
    busy = false;
    timer = setTimeout(refresh, pause);
  }

  say(connection, `refreshes every ${main.dataset.refresh} s`);
  timer = setTimeout(refresh, pause);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
})();
