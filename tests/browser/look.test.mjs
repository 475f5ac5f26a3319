/*
 * That every page can be read: light and dark, on a phone and a desk, large
 * print, forced colours, on paper, and by a screen reader.
 *
 * Screenshots of all are kept among the artefacts, for people to look at.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { assertAccessible } from './lib/axe.mjs';
import { assertFits, headingIs, openPage } from './lib/browser.mjs';
import { Gallery } from './lib/gallery.mjs';
import { artefacts } from './lib/programs.mjs';

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
const NARROW = { width: 320, height: 568 };

const EVERY_PAGE = [
  'accepted', 'accepted-again', 'accepted-before', 'accepted-odd',
  'accepted-welcome', 'busy', 'code', 'code-notice', 'declined',
  'declined-before', 'declining', 'declining-odd', 'error', 'error-retry',
  'expired', 'home', 'invited',
  'invited-bare', 'invited-crowded', 'invited-odd', 'not-found',
  'opted-out', 'opted-out-before', 'opting', 'opting-ar', 'requested',
  'too-many', 'uncertain', 'withdrawn', 'wrong-link',
];

/* In other languages: what the page does to them is alike for all pages. */
const IN_OTHER_LANGUAGES = ['invited-ar', 'invited-de'];

const gallery = await Gallery.open();

async function keep(page, name) {
  await page.screenshot({
    path: path.join(artefacts(), `${name}.png`), fullPage: true,
  });
}

test('the gallery holds every page', () => {
  assert.deepEqual(gallery.pages.sort(),
    [...EVERY_PAGE, ...IN_OTHER_LANGUAGES].sort());
});

for (const name of EVERY_PAGE)
  test(`${name} can be read by everybody`, async (t) => {
    const page = await openPage(t, gallery.origin);

    await page.goto(`/${name}.html`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
      for (const viewport of [DESK, PHONE, NARROW]) {
        await page.setViewportSize(viewport);
        await assertFits(page);
        await keep(page, `${name}-${colorScheme}-${viewport.width}`);
      }
    }
  });

for (const name of IN_OTHER_LANGUAGES)
  test(`${name} can be read on a narrow screen, from its own side`,
    async (t) => {
      const page = await openPage(t, gallery.origin, { viewport: NARROW });

      await page.goto(`/${name}.html`);
      await assertAccessible(page);
      await assertFits(page);
      await keep(page, `${name}-light-320`);
      const [left, right] = await page.locator('main').evaluate((main) => {
        const label = main.querySelector('dt').getBoundingClientRect();
        const card = main.getBoundingClientRect();

        return [label.left - card.left, card.right - label.right];
      });
      assert.equal(name.endsWith('-ar'), left > right);
    });

test('a command stays in one piece on a phone', async (t) => {
  const page = await openPage(t, gallery.origin);

  await page.goto('/home.html');
  for (const viewport of [PHONE, NARROW]) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await page.locator('code').evaluateAll(
      (all) => all.map((one) => one.getClientRects().length)), [1, 1]);
  }
});

test('the button that declines does not look like that which accepts',
  async (t) => {
    const page = await openPage(t, gallery.origin);
    const ground = async (name, value) => {
      await page.goto(`/${name}.html`);
      return page.locator(`button[value=${value}]`).evaluate(
        (button) => getComputedStyle(button).backgroundColor);
    };

    assert.notEqual(await ground('declining', 'decline'),
      await ground('invited', 'accept'));
  });

/* What is left of common screens for a page: laptops and phones. */
const SCREENS = [
  { width: 1280, height: 800 }, { width: 1366, height: 650 },
  { width: 390, height: 844 }, { width: 360, height: 640 },
];

for (const name of ['invited', 'invited-bare', 'invited-crowded'])
  test(`${name}: Accept is above the fold, Decline far from it`, async (t) => {
    const page = await openPage(t, gallery.origin);
    const button = (label) => page.getByRole('button', { name: label });

    await page.goto(`/${name}.html`);
    for (const viewport of SCREENS) {
      await page.setViewportSize(viewport);
      const accept = await button('Accept').boundingBox();
      const decline = await button('Decline').boundingBox();
      const bottom = accept.y + accept.height;

      assert.ok(bottom <= viewport.height,
                `${bottom} of ${viewport.height} pixels`);
      assert.ok(decline.y - bottom >= 48, `${decline.y - bottom} apart`);
      assert.ok(decline.width < accept.width);
      // As the finger wants it (WCAG 2.5.8).
      assert.ok(decline.height >= 24);
    }
  });

for (const name of ['invited-odd', 'accepted-odd', 'wrong-link'])
  test(`${name} can be enlarged twice on a narrow screen`, async (t) => {
      const page = await openPage(t, gallery.origin, { viewport: NARROW });

    await page.goto(`/${name}.html`);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await assertFits(page);
    await keep(page, `${name}-enlarged`);
  });

test('forced colours leave edges around what can be pressed', async (t) => {
  const page = await openPage(t, gallery.origin, { forcedColors: 'active' });

  await page.goto('/invited.html');
  const [edge, ground] = await page.getByRole('button', { name: 'Accept' })
    .evaluate((button) => [getComputedStyle(button).borderTopColor,
                           getComputedStyle(document.body).backgroundColor]);

  assert.notEqual(edge, ground);
  await keep(page, 'invited-forced');
});

test('on paper there is what one has to know and nothing to press', async (t) => {
  const page = await openPage(t, gallery.origin, { colorScheme: 'dark' });

  await page.emulateMedia({ media: 'print' });
  await page.goto('/invited-crowded.html');
  assert.equal(await page.getByRole('button').count(), 0);
  assert.equal(await page.getByRole('textbox').count(), 0);
  assert.ok(await page.getByText('ada@example.com').isVisible());
  assert.equal(
    await page.locator('html').evaluate(
      (html) => getComputedStyle(html).backgroundColor),
    'rgb(255, 255, 255)');
  // A hundred projects: paper does not scroll.
  assert.equal(
    await page.locator('main ul').evaluate(
      (list) => list.scrollHeight - list.clientHeight), 0);
});

test('motion is left out where it is not wanted', async (t) => {
  const page = await openPage(t, gallery.origin, { reducedMotion: 'reduce' });

  await page.goto('/accept#code');
  await headingIs(page, 'invited');
  gallery.onPost = () => {};
  await page.getByRole('button', { name: 'Accept' }).click();
  assert.equal(
    await page.locator('.waiting').evaluate(
      (button) => getComputedStyle(button, '::after').animationName),
    'none');
});

test('what the script shows can be read by everybody too', async (t) => {
  const page = await openPage(t, gallery.origin,
                              { expected: /net::ERR_/, viewport: NARROW });

  gallery.onPost = () => {};
  await page.goto('/accept#code');
  await headingIs(page, 'Opening');
  await page.locator('main').evaluate(
    (main) => Promise.all(main.getAnimations().map(({ finished }) => finished)));
  await assertAccessible(page);
  await assertFits(page);
  gallery.onPost = (form, answer, response) => response.destroy();
  await page.goto('/accept#other');
  await headingIs(page, 'We can’t reach the server');
  await assertAccessible(page);
  await assertFits(page);
  await keep(page, 'unreachable-light-320');
});

test('the keyboard finds its way, and one sees where it is', async (t) => {
  const page = await openPage(t, gallery.origin);
  const stops = [];

  await page.goto('/invited-crowded.html');
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => {
      const { localName, textContent } = document.activeElement;
      const { outlineStyle, outlineWidth } =
        getComputedStyle(document.activeElement);

      return [localName, outlineStyle, outlineWidth,
              localName === 'button' ? textContent : ''].join(' ').trim();
    }));
  }
  assert.deepEqual(stops, [
    'input solid 3px',
    'button solid 3px Accept invitation',
    'ul solid 3px',
    'button solid 3px Decline invitation',
  ]);
});
