/*
 * Where the programs under test are, and what the tests leave behind.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync, mkdirSync } from 'node:fs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');

function existing(file, how) {
  if (!existsSync(file))
    throw new Error(`${file} is not there: ${how}`);
  return file;
}

/** The daemon. */
export function invited() {
  return existing(
    path.resolve(process.env.INVITED_BIN
                 ?? path.join(root, 'build/release/src/invited')),
    'build it, or name it in INVITED_BIN');
}

/** The program that writes every page as a file; built beside the daemon. */
export function gallery() {
  return existing(path.join(buildDirectory(), 'tests/browser/gallery'),
                  'build it beside the daemon');
}

/** Where screenshots are kept. */
export function artefacts() {
  const directory = path.join(buildDirectory(), 'artefacts');

  mkdirSync(directory, { recursive: true });
  return directory;
}

function buildDirectory() {
  return path.resolve(path.dirname(invited()), '..');
}
