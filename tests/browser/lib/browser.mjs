/*
 * Chromium, and pages that are watched while they are used.
 *
 * Whatever test opens a page, these hold: nothing is asked of another origin,
 * no policy is violated, and the console stays silent. The test fails at its
 * end otherwise.
 */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

const PATIENCE = 60_000;

let browser;

/** One browser for all tests of a file, with an empty profile of its own. */
async function theBrowser() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    timeout: 2 * PATIENCE,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
      '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
  return browser;
}

after(() => browser?.close());

/*
 * Chromium reports each answer of 400 and more to a fetch as an error on the
 * console. Those are no faults of the page: a refused invitation is one.
 */
function isAnswer(text) {
  return /^Failed to load resource: the server responded with a status of 4/
    .test(text);
}

function watch(context, origin) {
  const complaints = [];

  context.on('console', (message) => {
    if (!isAnswer(message.text()))
      complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) =>
    complaints.push(`uncaught: ${error.error()}`));
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin)
      complaints.push(`request to another origin: ${request.url()}`);
  });
  return complaints;
}

/**
 * A new page in a context of its own for the test `t`. `options` are
 * Playwright's for a context, and `expected`: a pattern for complaints that
 * the test provokes.
 */
export async function openPage(t, origin, { expected, ...options } = {}) {
  const context = await (await theBrowser()).newContext({
    baseURL: origin, locale: 'en-GB', timezoneId: 'Europe/Berlin',
    ...options,
  });
  const complaints = watch(context, origin);
  const page = await context.newPage();

  page.setDefaultTimeout(PATIENCE);
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints.filter((text) => !expected?.test(text)), []);
  });
  return page;
}

/** Waits until the page's heading is `text` (a string or a pattern). */
export async function headingIs(page, text) {
  await page.locator('main h1').filter({ hasText: text }).waitFor();
}

/** That the heading has the focus, so that it is read out. */
export async function assertHeadingFocused(page) {
  assert.equal(
    await page.evaluate(() => document.activeElement.localName), 'h1');
}

/** That the page does not have to be moved sideways to be read. */
export async function assertFits(page) {
  const [content, window] = await page.evaluate(
    () => [document.documentElement.scrollWidth, innerWidth]);

  assert.ok(content <= window, `${content} pixels wide in ${window}`);
}
