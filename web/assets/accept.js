/*
 * accept.js: opens the link, so that nobody has to paste it.
 *
 * The invitation's code is in the fragment of the link, which browsers send to
 * nobody. This script posts it as the page's own form would, and puts
 * the <main> of the page that comes back in place of the one that is shown.
 * It knows no states and holds no texts: those are the server's. Asking to
 * `show` an invitation changes nothing; only a person's click does more.
 */
'use strict';

const TIMEOUT_MS = 20000;

let target;      // of the page's forms
let arrival;     // <main> as it was loaded, for when the fragment goes away
let underWay;    // AbortController of the request in progress, or null

document.documentElement.classList.add('scripted');
/* Without this, the form for the code would flash by. */
if (location.hash.length > 1)
  document.documentElement.classList.add('arriving');

/* The page keeps its language, and its digits; the clock becomes the person's
 * own. */
function localise(times) {
  const { lang } = document.documentElement;
  const format = new Intl.DateTimeFormat(
    navigator.languages.find((tag) => tag.split('-')[0] === lang)
      ?? (lang === 'en' ? 'en-GB' : lang),
    { dateStyle: 'medium', timeStyle: 'short', numberingSystem: 'latn' });
  for (const time of times) {
    time.title = time.textContent;
    // "2:16 AM" stays on one line.
    time.textContent = format.format(new Date(time.dateTime))
      .replace(/\s(?=\D+$)/u, '\u00a0');
  }
}

/* To those who listen to the page instead of looking at it. */
function say(text) {
  document.getElementById('status').textContent = text;
}

/* Puts `next`, another <main>, in place of the one that is shown. */
function show(next) {
  const heading = next.querySelector('h1');
  const { documentElement: root } = document;

  // An invitation may be in another language than the form for its code.
  root.lang = next.lang || root.lang;
  root.dir = next.dir || root.dir;
  localise(next.querySelectorAll('time'));
  document.querySelector('main').replaceWith(next);
  document.title = heading.textContent;
  say('');
  scrollTo(0, 0);
  heading.focus();
}

function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function showUnreachable(data) {
  const next = fromTemplate('unreachable');
  const retry = next.querySelector('button');

  retry.addEventListener('click', () => {
    wait(retry);
    send(data);
  });
  show(next);
}

/* Nothing can be pressed twice. */
function wait(pressed) {
  for (const button of document.querySelectorAll('main button'))
    button.disabled = true;
  pressed?.classList.add('waiting');
  say(document.getElementById('status').dataset.waiting);
}

/* The <main> that the server answers to `data`. */
async function ask(data, signal) {
  const answer = await fetch(target, {
    method: 'POST', body: data, signal,
    cache: 'no-store', credentials: 'omit', redirect: 'error',
  });
  const page = new DOMParser().parseFromString(
    await answer.text(), 'text/html');
  const next = page.querySelector('main#page');

  if (!next)
    throw new Error('not an answer of this server');
  return document.adoptNode(next);
}

/* Sends `data` and shows what comes of it; a later call overtakes this one. */
async function send(data) {
  const mine = new AbortController();
  const timer = setTimeout(() => mine.abort(), TIMEOUT_MS);

  underWay?.abort();
  underWay = mine;
  try {
    const next = await ask(data, mine.signal);
    if (underWay === mine)
      show(next);
  } catch {
    if (underWay === mine)
      showUnreachable(data);
  }
  clearTimeout(timer);
}

/* Shows what the address says: an invitation, or the form for its code. */
function openAddress() {
  const code = location.hash.slice(1);

  document.documentElement.classList.remove('arriving');
  if (code && target) {
    show(fromTemplate('opening'));
    send(new URLSearchParams({ code, action: 'show' }));
  } else {
    underWay?.abort();
    underWay = null;
    show(arrival.cloneNode(true));
  }
}

/* As the browser would send it, the pressed button with it. */
function submit(event) {
  const data = new URLSearchParams(new FormData(event.target));
  const pressed = event.submitter;

  event.preventDefault();
  if (pressed?.name)
    data.set(pressed.name, pressed.value);
  wait(pressed);
  send(data);
}

document.addEventListener('DOMContentLoaded', () => {
  const form = document.querySelector('form');

  // Not form.action: that is the button of this name, where there is one.
  target = form?.getAttribute('action');
  arrival = document.querySelector('main').cloneNode(true);
  document.addEventListener('submit', submit);
  addEventListener('hashchange', openAddress);
  if (location.hash.length > 1)
    openAddress();
  else
    localise(document.querySelectorAll('main time'));
});
