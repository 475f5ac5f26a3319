/*
 * A server of the gallery's pages, for tests of the script and the look.
 *
 * It serves them as the daemon would, under the same policy, and answers what
 * the forms post as the test wants.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, beforeEach } from 'node:test';
import { gallery } from './programs.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export class Gallery {
  /** What was posted, each a URLSearchParams; since the test began. */
  posts;

  /** How a post is answered: (form, answer, response) => void. */
  onPost;

  /** One for all tests of a file. */
  static async open() {
    const gallery = new Gallery();

    await gallery.#start();
    beforeEach(() => gallery.#forget());
    after(() => gallery.#stop());
    return gallery;
  }

  /** The names of all pages. */
  get pages() {
    return readdirSync(this.#directory)
      .filter((file) => file.endsWith('.html'))
      .map((file) => file.slice(0, -'.html'.length));
  }

  #policy;
  #directory = mkdtempSync(path.join(os.tmpdir(), 'invited-gallery-'));
  #server = createServer((request, response) =>
    this.#handle(request, response));

  async #start() {
    execFileSync(gallery(), [this.#directory]);
    this.#policy = readFileSync(path.join(this.#directory, 'policy'), 'utf8');
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.origin = `http://127.0.0.1:${this.#server.address().port}`;
  }

  #forget() {
    this.posts = [];
    this.onPost = (form, answer) => answer('invited');
  }

  #stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#directory, { recursive: true });
  }

  async #handle(request, response) {
    const { pathname } = new URL(request.url, this.origin);

    if (request.method !== 'POST') {
      this.#send(response, pathname === '/accept' ? '/code.html' : pathname);
      return;
    }
    const form = new URLSearchParams((await request.toArray()).join(''));

    this.posts.push(form);
    this.onPost(form, (name) => this.#send(response, `/${name}.html`),
                response);
  }

  #send(response, file) {
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)],
      'content-security-policy': this.#policy,
    });
    response.end(readFileSync(path.join(this.#directory, file)));
  }
}
