/*
 * The way of an invited person, from the mail to the membership, with a real
 * daemon and a real browser; and all its other ends.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { assertAccessible } from './lib/axe.mjs';
import { assertFits, assertHeadingFocused, headingIs, openPage }
  from './lib/browser.mjs';
import { Daemon } from './lib/daemon.mjs';
import { Proxy } from './lib/proxy.mjs';
import { artefacts } from './lib/programs.mjs';

const PHONE = { width: 360, height: 740 };
const EMAIL = 'ada@example.com';

function accept(page) {
  return page.getByRole('button', { name: 'Accept invitation' });
}

/* Declines, and says so again where it is asked. */
async function decline(page) {
  await page.getByRole('button', { name: 'Decline invitation' }).click();
  await headingIs(page, 'Decline the invitation to ');
  await page.getByRole('button', { name: 'Decline invitation' }).click();
}

async function keep(page, name) {
  await page.screenshot({
    path: path.join(artefacts(), `journey-${name}.png`), fullPage: true,
  });
}

test('from the mail to the membership', async (t) => {
  const daemon = await Daemon.start(t, '--organization', 'Analytical Engines');
  const page = await openPage(t, daemon.origin);
  const search = await daemon.api('POST', '/projects', { name: 'Search' });
  const looms = await daemon.api('POST', '/projects', { name: 'Looms' });
  const invite = await daemon.invite(EMAIL, {
    projects: [{ id: search.id, role: 'member' },
               { id: looms.id, role: 'owner' }],
  });
  const mail = await daemon.mail(EMAIL);
  const [link] = mail.text.match(/http\S+\/accept#\S+/);

  assert.ok(mail.html.includes(`href="${link}"`));
  await page.goto(link);
  await headingIs(page, 'You’re invited to join Analytical Engines');
  for (const text of [EMAIL, 'Reader', '7 days left'])
    assert.ok(await page.locator('dl').getByText(text).isVisible(), text);
  for (const text of ['Search', 'Looms'])
    assert.ok(await page.locator('main ul').getByText(text).isVisible(), text);
  await keep(page, 'invited');
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await accept(page).click();
  await headingIs(page, 'Welcome to Analytical Engines');
  await assertHeadingFocused(page);
  await keep(page, 'accepted');

  const { data: [user] } = await daemon.api('GET', '/users');
  const { data: [member] } =
    await daemon.api('GET', `/projects/${search.id}/users`);
  const { data: [owner] } =
    await daemon.api('GET', `/projects/${looms.id}/users`);
  const accepted = await daemon.api('GET', `/invites/${invite.id}`);

  assert.deepEqual([user.email, user.name, user.role],
                   [EMAIL, 'Ada Lovelace', 'reader']);
  assert.deepEqual([member.id, member.role], [user.id, 'member']);
  assert.deepEqual([owner.id, owner.role], [user.id, 'owner']);
  assert.equal(accepted.status, 'accepted');
});

test('by the button in the mail, on a phone, in the dark', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin, {
    viewport: PHONE, isMobile: true, hasTouch: true, colorScheme: 'dark',
  });

  await daemon.invite(EMAIL);
  // A mail reader shows the mail in a page of its own.
  await page.route('**/mail', async (route) => route.fulfill({
    contentType: 'text/html; charset=utf-8',
    body: (await daemon.mail(EMAIL)).html,
  }));
  await page.goto('/mail');
  await assertFits(page);
  // The landmarks around a mail are its reader's.
  await assertAccessible(page, ['landmark-one-main', 'region']);
  await keep(page, 'phone-mail');
  await page.getByRole('link').first().tap();
  await headingIs(page, 'You’re invited to join Default organization');
  await assertFits(page);
  await assertAccessible(page);
  await keep(page, 'phone-invited');
  await accept(page).tap();
  await headingIs(page, 'Welcome to Default organization');
  await assertFits(page);
  await assertAccessible(page);
  await keep(page, 'phone-accepted');
  assert.deepEqual(await daemon.members(), [EMAIL]);
});

test('mail, page and API agree on how long it is open', async (t) => {
  const daemon = await Daemon.start(t, '--invite-ttl', '30d');
  const page = await openPage(t, daemon.origin, { javaScriptEnabled: false });
  const { expires_at: until, created_at: since } = await daemon.invite(EMAIL);
  const { text, html } = await daemon.mail(EMAIL);
  const [link] = text.match(/http\S+\/accept#\S+/);
  const [told] = text.replace(/\s+/g, ' ').match(/open until (.* UTC)\./)
    .slice(1);

  assert.equal(until - since, 30 * 86400);
  assert.ok(html.includes(told), told);
  await page.goto('/accept');
  await page.getByLabel('Link or code').fill(link);
  await page.keyboard.press('Enter');
  await headingIs(page, 'You’re invited');
  assert.equal(await page.locator('time').textContent(), told);
  assert.equal(Date.parse(await page.locator('time').getAttribute('datetime')),
               until * 1000);
  assert.ok(await page.getByText('30 days left').isVisible());
  assert.doesNotMatch(text + html + await page.content(), /GMT/);
});

test('opening the link changes nothing, by whomever', async (t) => {
  const daemon = await Daemon.start(t);
  const link = daemon.origin + await daemon.link(EMAIL);
  const before = await daemon.api('GET', '/invites');

  // Scanners that fetch, and scanners that run what they fetched.
  for (const method of ['GET', 'HEAD', 'GET'])
    assert.equal((await fetch(link, { method })).status, 200);
  for (let times = 0; times < 3; times++) {
    const page = await openPage(t, daemon.origin);

    await page.goto(link);
    await headingIs(page, 'You’re invited');
    await page.reload();
    await headingIs(page, 'You’re invited');
  }
  assert.deepEqual(await daemon.api('GET', '/invites'), before);
  assert.deepEqual(await daemon.members(), []);
});

test('whoever comes again sees that they are a member', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);
  const other = await openPage(t, daemon.origin);

  await page.goto(link);
  await headingIs(page, 'You’re invited');
  await other.goto(link);
  await headingIs(other, 'You’re invited');
  await accept(page).click();
  await headingIs(page, 'Welcome');
  await page.reload();
  await headingIs(page, 'You’re a member of Default organization');
  await keep(page, 'again');
  // A second window, where the buttons still stood.
  await accept(other).click();
  await headingIs(other, 'You’re a member of Default organization');
  assert.deepEqual(await daemon.members(), [EMAIL]);
});

test('what was accepted cannot be declined any more', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);
  const other = await openPage(t, daemon.origin);

  await page.goto(link);
  await headingIs(page, 'You’re invited');
  await other.goto(link);
  await accept(other).click();
  await headingIs(other, 'Welcome');
  await page.getByRole('button', { name: 'Decline invitation' }).click();
  await headingIs(page, 'You’re a member of Default organization');
  assert.deepEqual(await daemon.members(), [EMAIL]);
});

test('what was accepted meanwhile cannot be declined', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);
  const other = await openPage(t, daemon.origin);

  await page.goto(link);
  await page.getByRole('button', { name: 'Decline invitation' }).click();
  await headingIs(page, 'Decline the invitation to ');
  await other.goto(link);
  await accept(other).click();
  await headingIs(other, 'Welcome');
  await page.getByRole('button', { name: 'Decline invitation' }).click();
  await headingIs(page, 'This invitation has already been accepted');
  assert.deepEqual(await daemon.members(), [EMAIL]);
});

test('who is asked whether to decline can go back', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin);

  await page.goto(await daemon.link(EMAIL));
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Decline invitation' }).click();
  await headingIs(page, 'Decline the invitation to Default organization?');
  await assertHeadingFocused(page);
  await page.getByRole('button', { name: 'Go back' }).click();
  await headingIs(page, 'You’re invited');
  assert.equal(await page.getByLabel('Your name').inputValue(),
               'Ada Lovelace');
  await accept(page).click();
  await headingIs(page, 'Welcome');
});

test('declining with nothing but the keyboard', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin);

  await page.goto(await daemon.link(EMAIL));
  await headingIs(page, 'You’re invited');
  for (let stops = 0; stops < 3; stops++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await headingIs(page, 'Decline the invitation to ');
  await assertHeadingFocused(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await headingIs(page, 'You’ve declined the invitation');
});

test('who got it by mistake says so with nothing but the keyboard',
  async (t) => {
    const daemon = await Daemon.start(t);
    const page = await openPage(t, daemon.origin);

    await page.goto(await daemon.link(EMAIL));
    await headingIs(page, 'You’re invited');
    for (let stops = 0; stops < 4; stops++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await headingIs(page, 'Was this invitation not meant for you?');
    await assertHeadingFocused(page);
    assert.ok(await page.getByText(EMAIL).isVisible());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await headingIs(page, 'Thank you for telling us');
    await assertHeadingFocused(page);
    await page.reload();
    await headingIs(page, 'This invitation was withdrawn');
    assert.deepEqual(await daemon.members(), []);
  });

test('the root leads to the form for the code', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin);

  await page.goto('/');
  await headingIs(page, 'This server handles invitations');
  assert.ok(await page.getByText(`${daemon.origin}/v1`).isVisible());
  await page.getByRole('link', { name: 'Open an invitation' }).click();
  await headingIs(page, 'Open your invitation');
});

test('whoever accepted reads what happens next', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin);

  await page.goto(await daemon.link(EMAIL));
  await accept(page).click();
  await headingIs(page, 'Welcome');
  assert.ok(
    await page.getByRole('heading', { name: 'What happens next' }).isVisible());
  assert.ok(
    await page.getByText('They will tell you where to sign in').isVisible());
});

test('declined is declined', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);

  await page.goto(link);
  await decline(page);
  await headingIs(page, 'You’ve declined the invitation');
  await assertHeadingFocused(page);
  await page.reload();
  await headingIs(page, 'This invitation was declined');
  assert.deepEqual(await daemon.members(), []);
});

test('an invitation that expired says so, and a new one is asked for',
  async (t) => {
    const daemon = await Daemon.start(t);
    const link = await daemon.link(EMAIL);

    await daemon.meddle('UPDATE invite SET expires_at = created_at');
    const page = await openPage(t, daemon.origin);

    await page.goto(link);
    await headingIs(page, 'This invitation has expired');
    const button = page.getByRole('button');
    assert.equal(await button.textContent(), 'Ask for a new invitation');
    await button.click();
    await headingIs(page, 'Your request was passed on');
    await assertHeadingFocused(page);
    const { data: [invite] } = await daemon.api('GET', '/invites');
    assert.ok(invite.resend_requested_at);
  });

test('an invitation that expired while it was read says so', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);

  await page.goto(link);
  await headingIs(page, 'You’re invited');
  await daemon.meddle('UPDATE invite SET expires_at = created_at');
  // The daemon came back on another port: hand the answer on to it.
  await page.route('**/accept', async (route) => route.fulfill({
    response: await route.fetch({ url: `${daemon.origin}/accept` }),
  }));
  await accept(page).click();
  await headingIs(page, 'This invitation has expired');
  assert.deepEqual(await daemon.members(), []);
});

test('an invitation that was taken back says so', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);

  await page.goto(link);
  await headingIs(page, 'You’re invited');
  const { data: [{ id }] } = await daemon.api('GET', '/invites');

  await daemon.api('DELETE', `/invites/${id}`);
  await accept(page).click();
  await headingIs(page, 'This invitation was withdrawn');
  await page.reload();
  await headingIs(page, 'This invitation was withdrawn');
  assert.deepEqual(await daemon.members(), []);
});

test('a link that was cut short leads to the form', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);

  await page.goto(link.slice(0, -5));
  await headingIs(page, 'This link doesn’t open an invitation');
  await page.getByLabel('Link or code').fill(`  ${daemon.origin}${link} `);
  await page.getByRole('button', { name: 'Open invitation' }).click();
  await headingIs(page, 'You’re invited');
});

test('a wrong secret and an unknown invitation look alike', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);
  const seen = [];

  for (const wrong of [`${link.slice(0, -43)}${'A'.repeat(43)}`,
                       link.replace(/#.{13}/, '#0000000000001'),
                       '/accept#nonsense']) {
    await page.goto('about:blank');
    await page.goto(wrong);
    await headingIs(page, 'This link doesn’t open an invitation');
    seen.push(await page.locator('main').innerHTML());
  }
  assert.equal(new Set(seen).size, 1);
});

test('whoever guesses has to wait', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);

  for (let guesses = 0; guesses < 1000; guesses++) {
    const { status } = await fetch(`${daemon.origin}/accept`, {
      method: 'POST', body: new URLSearchParams({
        code: `${'0'.repeat(13)}.${'A'.repeat(43)}` }),
    });

    if (status === 429)
      break;
    assert.equal(status, 404);
  }
  await page.goto(link);
  await headingIs(page, 'Too many attempts');
  assert.ok(await page.getByRole('button', { name: 'Try again' }).isVisible());
});

test('a name that cannot be kept is asked for again', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin);
  const name = page.getByLabel('Your name');

  await page.goto(link);
  await name.evaluate((input) => input.removeAttribute('maxlength'));
  await name.fill('A'.repeat(300));
  await accept(page).click();
  await page.getByRole('alert').waitFor();
  await headingIs(page, 'You’re invited');
  assert.deepEqual(await daemon.members(), []);
  await name.fill('👩🏽‍🚀 עדה');
  await accept(page).click();
  await headingIs(page, 'Welcome');
  const { data: [user] } = await daemon.api('GET', '/users');

  assert.equal(user.name, '👩🏽‍🚀 עדה');
});

test('without JavaScript', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin, { javaScriptEnabled: false });

  await page.goto(link);
  await headingIs(page, 'Open your invitation');
  assert.ok(await page.getByText('Without JavaScript').isVisible());
  await keep(page, 'no-script');
  await page.getByLabel('Link or code').fill(`${daemon.origin}${link}`);
  await page.getByRole('button', { name: 'Open invitation' }).click();
  await headingIs(page, 'You’re invited to join Default organization');
  assert.equal(await page.title(),
               'You’re invited to join Default organization');
  assert.match(await page.locator('time').textContent(), / UTC$/);
  await page.getByLabel('Your name').fill('Ada');
  await accept(page).click();
  await headingIs(page, 'Welcome to Default organization');
  assert.deepEqual(await daemon.members(), [EMAIL]);
});

test('without JavaScript: decline, and a wrong code', async (t) => {
  const daemon = await Daemon.start(t);
  const link = await daemon.link(EMAIL);
  const page = await openPage(t, daemon.origin, { javaScriptEnabled: false });
  const field = page.getByLabel('Link or code');

  await page.goto('/accept');
  await field.fill('nonsense');
  await page.keyboard.press('Enter');
  await headingIs(page, 'This link doesn’t open an invitation');
  await field.fill(link.split('#')[1]);
  await page.keyboard.press('Enter');
  await headingIs(page, 'You’re invited');
  await decline(page);
  await headingIs(page, 'You’ve declined the invitation');
});

test('with nothing but the keyboard', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin);

  await page.goto(await daemon.link(EMAIL));
  await headingIs(page, 'You’re invited');
  await assertHeadingFocused(page);
  await page.keyboard.press('Tab');
  await page.keyboard.type('Ada Lovelace');
  await page.keyboard.press('Tab');
  assert.equal(
    await page.evaluate(() => document.activeElement.textContent),
    'Accept invitation');
  await page.keyboard.press('Space');
  await headingIs(page, 'Welcome');
  await assertHeadingFocused(page);
  const { data: [user] } = await daemon.api('GET', '/users');

  assert.equal(user.name, 'Ada Lovelace');
});

test('members are led to where the operator wants them', async (t) => {
  const daemon = await Daemon.start(
    t, '--welcome-url', 'https://example.com/welcome?from=invited&x=1');
  const page = await openPage(t, daemon.origin);

  await page.goto(await daemon.link(EMAIL));
  await accept(page).click();
  assert.equal(
    await page.getByRole('link', { name: 'Continue to Default organization' })
      .getAttribute('href'),
    'https://example.com/welcome?from=invited&x=1');
});

test('behind a proxy, under a path of somebody else’s site', async (t) => {
  const proxy = await Proxy.start(t, '/join');
  const daemon = await Daemon.start(
    t, '--public-url', `${proxy.origin}/join`);
  const page = await openPage(t, proxy.origin);

  proxy.target = daemon.origin;
  const { accept_url: link } =
    await daemon.invite(EMAIL, { send_email: false });

  assert.ok(link.startsWith(`${proxy.origin}/join/accept#`), link);
  await page.goto(link);
  await accept(page).click();
  await headingIs(page, 'Welcome');
  assert.equal(
    await page.locator('main').evaluate(
      (main) => getComputedStyle(main).borderTopStyle), 'solid');
  await page.goto(`${proxy.origin}/join/no/such/page`);
  await page.getByRole('link', { name: 'Open an invitation' }).click();
  await headingIs(page, 'Open your invitation');
});

test('an address that is none says so, as a page', async (t) => {
  const daemon = await Daemon.start(t);
  const page = await openPage(t, daemon.origin);

  await page.goto('/there/is/no/such/page#code');
  await headingIs(page, 'There’s no such page');
  await page.getByRole('link', { name: 'Open an invitation' }).click();
  await headingIs(page, 'Open your invitation');
});

test('pages are kept by nobody and framed by nobody', async (t) => {
  const daemon = await Daemon.start(t);

  for (const [target, options] of [
    ['/accept'],
    ['/accept', { method: 'POST', body: new URLSearchParams('code=x') }],
    ['/no/such/page', { headers: { accept: 'text/html' } }],
  ]) {
    const { headers } = await fetch(daemon.origin + target, options);

    assert.equal(headers.get('cache-control'), 'no-store', target);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', target);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', target);
    assert.match(headers.get('content-security-policy'),
                 /^default-src 'none';.* frame-ancestors 'none'$/, target);
    assert.match(headers.get('content-type'), /^text\/html; charset=utf-8$/);
  }
});

test('assets are sent once, and again when they change', async (t) => {
  const daemon = await Daemon.start(t);

  for (const name of ['page.css', 'accept.js', 'favicon.svg']) {
    const target = `${daemon.origin}/assets/${name}`;
    const first = await fetch(target);
    const etag = first.headers.get('etag');

    assert.equal(first.status, 200);
    assert.equal(first.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(first.headers.get('cache-control'), 'no-cache');
    assert.ok((await first.text()).length > 100);
    assert.match(etag, /^"[0-9a-f]+"$/);
    assert.equal(
      (await fetch(target, { headers: { 'if-none-match': etag } })).status,
      304);
  }
});
