/*
 * What the page's script does, whatever the server answers or fails to.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { assertHeadingFocused, headingIs, openPage } from './lib/browser.mjs';
import { Gallery } from './lib/gallery.mjs';

const CODE = '0D4V3QSZ8M2K7.c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmU';
const LINK = `/accept#${CODE}`;

const FORM = 'Open your invitation';
const INVITED = 'You’re invited to join Analytical Engines';
const UNREACHABLE = 'We can’t reach the server';

const NETWORK = /Failed to load resource: net::ERR_/;

const gallery = await Gallery.open();

function accept(page) {
  return page.getByRole('button', { name: 'Accept invitation' });
}

/* Up to the choice: what is posted from here on is the answer. */
async function openInvitation(page) {
  await page.goto(LINK);
  await headingIs(page, INVITED);
}

test('a link opens its invitation, and nothing more is asked', async (t) => {
  const page = await openPage(t, gallery.origin);

  await page.goto(LINK);
  await headingIs(page, INVITED);
  await assertHeadingFocused(page);
  assert.equal(await page.title(), INVITED);
  assert.deepEqual(gallery.posts.map(String), [
    `code=${CODE}&action=show`,
  ]);
});

test('without a code the form for it is shown, and nothing asked', async (t) => {
  const page = await openPage(t, gallery.origin);

  await page.goto('/accept');
  await headingIs(page, FORM);
  assert.equal(await page.getByText('Without JavaScript').isVisible(), false);
  assert.deepEqual(gallery.posts, []);
  await page.getByLabel('Link or code').fill(` ${gallery.origin}${LINK} `);
  await page.keyboard.press('Enter');
  await headingIs(page, INVITED);
  assert.equal(gallery.posts[0].get('code'), ` ${gallery.origin}${LINK} `);
});

test('an answer carries the name and the button that was pressed', async (t) => {
  const page = await openPage(t, gallery.origin);

  await openInvitation(page);
  await page.getByLabel('Your name').fill('Ada Łovelace & co');
  gallery.onPost = (form, answer) => answer('accepted');
  await accept(page).click();
  await headingIs(page, 'Welcome to Analytical Engines');
  await assertHeadingFocused(page);
  assert.equal(await page.title(), 'Welcome to Analytical Engines');
  assert.deepEqual(Object.fromEntries(gallery.posts[1]), {
    code: CODE, name: 'Ada Łovelace & co', action: 'accept',
  });
});

test('Decline asks, and then declines', async (t) => {
  const page = await openPage(t, gallery.origin);

  await openInvitation(page);
  gallery.onPost = (form, answer) =>
    answer(form.get('action') === 'ask' ? 'declining' : 'declined');
  await page.getByRole('button', { name: 'Decline' }).click();
  await headingIs(page, 'Decline the invitation to Analytical Engines?');
  await page.getByRole('button', { name: 'Decline' }).click();
  await headingIs(page, 'You’ve declined the invitation');
  assert.deepEqual(gallery.posts.map((form) => form.get('action')),
                   ['show', 'ask', 'decline']);
  assert.equal(gallery.posts[2].get('code'), CODE);
});

test('a double click answers once, and says that it is under way', async (t) => {
  const page = await openPage(t, gallery.origin);
  let release;

  await openInvitation(page);
  gallery.onPost = (form, answer) => {
    release = () => answer('accepted');
  };
  await accept(page).dblclick();
  assert.ok(await accept(page).isDisabled());
  assert.ok(await page.getByRole('button', { name: 'Decline' }).isDisabled());
  assert.equal(await page.getByRole('status').textContent(), 'One moment…');
  await page.waitForFunction(() => document.querySelector('.waiting'));
  await until(() => release);
  release();
  await headingIs(page, 'Welcome');
  assert.equal(await page.getByRole('status').textContent(), '');
  assert.equal(gallery.posts.length, 2);
});

test('a link opened without a network can be tried again', async (t) => {
  const page = await openPage(t, gallery.origin, { expected: NETWORK });

  await page.route('**/accept', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.continue());
  await page.goto(LINK);
  await headingIs(page, UNREACHABLE);
  await assertHeadingFocused(page);
  assert.equal(await page.title(), UNREACHABLE);
  await page.getByRole('button', { name: 'Try again' }).click();
  await headingIs(page, UNREACHABLE);
  await page.unroute('**/accept');
  await page.getByRole('button', { name: 'Try again' }).click();
  await headingIs(page, INVITED);
  assert.equal(String(gallery.posts[0]), `code=${CODE}&action=show`);
});

test('an answer lost on its way is sent again as it was', async (t) => {
  const page = await openPage(t, gallery.origin, { expected: NETWORK });

  await openInvitation(page);
  await page.getByLabel('Your name').fill('Ada');
  gallery.onPost = (form, answer, response) => response.destroy();
  await accept(page).click();
  await headingIs(page, UNREACHABLE);
  gallery.onPost = (form, answer) => answer('accepted');
  await page.getByRole('button', { name: 'Try again' }).click();
  await headingIs(page, 'Welcome');
  assert.equal(String(gallery.posts.at(-1)), String(gallery.posts[1]));
  assert.equal(gallery.posts.at(-1).get('action'), 'accept');
});

test('a page of somebody else, such as a proxy, is no answer', async (t) => {
  const page = await openPage(t, gallery.origin,
                              { expected: /status of 502/ });

  gallery.onPost = (form, answer, response) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<main><h1>Bad gateway</h1></main>');
  };
  await page.goto(LINK);
  await headingIs(page, UNREACHABLE);
});

test('a server that says nothing is given up in time', async (t) => {
  const page = await openPage(t, gallery.origin);

  await page.clock.install();
  gallery.onPost = () => {};
  await page.goto(LINK);
  await headingIs(page, 'Opening your invitation…');
  await until(() => gallery.posts.length === 1);
  await page.clock.fastForward(19_000);
  assert.equal(await page.title(), 'Opening your invitation…');
  await page.clock.fastForward(2_000);
  await headingIs(page, UNREACHABLE);
});

test('what the server calls an error can be tried again', async (t) => {
  const page = await openPage(t, gallery.origin);

  gallery.onPost = (form, answer) => answer('busy');
  await page.goto(LINK);
  await headingIs(page, 'We’re too busy just now');
  gallery.onPost = (form, answer) => answer('invited');
  await page.getByRole('button', { name: 'Try again' }).click();
  await headingIs(page, INVITED);
  assert.equal(String(gallery.posts[1]), `code=${CODE}`);
});

test('another link in the same window opens its own invitation', async (t) => {
  const page = await openPage(t, gallery.origin);

  gallery.onPost = (form, answer) =>
    answer(form.get('code') === CODE ? 'invited' : 'expired');
  await page.goto(LINK);
  await headingIs(page, INVITED);
  await page.goto('/accept#another');
  await headingIs(page, 'This invitation has expired');
  await page.goBack();
  await headingIs(page, INVITED);
  await page.goForward();
  await headingIs(page, 'This invitation has expired');
  await page.goto('/accept#');
  await headingIs(page, FORM);
  await assertHeadingFocused(page);
  assert.equal(await page.title(), FORM);
});

test('a late answer does not overtake what was asked since', async (t) => {
  const page = await openPage(t, gallery.origin);
  let late;

  gallery.onPost = (form, answer, response) => {
    if (form.get('code') === CODE)
      late = { answer, response };
    else
      answer('withdrawn');
  };
  await page.goto(LINK);
  await until(() => late);
  await page.goto('/accept#another');
  await headingIs(page, 'This invitation was withdrawn');
  // The first request was given up: its connection ends.
  if (!late.response.destroyed)
    await once(late.response, 'close');
  await headingIs(page, 'This invitation was withdrawn');
});

for (const [locale, timezoneId, told] of [
  ['en-GB', 'Europe/Berlin', '29 Nov 2025, 03:16'],
  ['en-US', 'America/New_York', 'Nov 28, 2025, 9:16 PM'],
  ['de-DE', 'America/New_York', '28 Nov 2025, 21:16'],
])
  test(`times are told in the clock of whoever reads: ${locale}`, async (t) => {
    const page = await openPage(t, gallery.origin, { locale, timezoneId });
    const time = page.locator('main time');

    await page.goto(LINK);
    // Some writers of times put a narrow blank before PM.
    assert.equal((await time.textContent()).replace(/\s/g, ' '), told);
    assert.doesNotMatch(await page.locator('main').textContent(), /GMT|UTC/);
    assert.equal(await time.getAttribute('datetime'), '2025-11-29T02:16:36Z');
    assert.equal(await time.getAttribute('title'), '29 Nov 2025, 02:16 UTC');
  });

test('hostile names stay text', async (t) => {
  const page = await openPage(t, gallery.origin);

  gallery.onPost = (form, answer) => answer('invited-odd');
  await page.goto(LINK);
  await headingIs(page, 'You’re invited to join "><img src=x onerror=');
  assert.equal(await page.locator('main img, main b, main script').count(), 0);
  assert.equal(await page.getByLabel('Your name').inputValue(), '"><script>');
});

test('the code leaves in no address and no referrer', async (t) => {
  const page = await openPage(t, gallery.origin);
  const addresses = [];

  page.on('request', (request) => {
    addresses.push(request.url().replace(/#.*/, ''),
                   request.headers().referer ?? '');
  });
  await openInvitation(page);
  gallery.onPost = (form, answer) => answer('accepted');
  await accept(page).click();
  await headingIs(page, 'Welcome');
  assert.deepEqual(addresses.filter((text) => text.includes('0D4V3QSZ8')), []);
});

/* Waits until `condition` holds; looks again at every turn. */
async function until(condition) {
  const deadline = Date.now() + 60_000;

  while (!condition()) {
    assert.ok(Date.now() < deadline, 'it does not come to be');
    await new Promise(setImmediate);
  }
}
