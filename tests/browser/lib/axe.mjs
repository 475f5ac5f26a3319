/*
 * axe-core: what a person with another way of reading would stumble over.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * That axe finds nothing to blame, best practices included, but for the rules
 * `without`.
 */
export async function assertAccessible(page, without = []) {
  // By the debugger's protocol: the page's policy forbids any other script.
  await page.evaluate(source);
  const { passes, violations } = await page.evaluate(
    (rules) => window.axe.run({
      rules: Object.fromEntries(rules.map((id) => [id, { enabled: false }])),
    }), without);

  assert.ok(passes.length > 10, 'axe looked at hardly anything');
  assert.deepEqual(
    violations.map(({ id, impact, nodes }) =>
      `${impact} ${id}: ${nodes.map((node) => node.html).join(' ')}`),
    []);
}
