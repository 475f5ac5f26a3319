/*
 * A real daemon for a test: on a port that the kernel picked, with a data
 * directory of its own, ended by its pid.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import PostalMime from 'postal-mime';
import { invited } from './programs.mjs';

const PATIENCE = 60_000;

export class Daemon {
  #directory = mkdtempSync(path.join(os.tmpdir(), 'invited-browser-'));
  #arguments;
  #process;
  #ended;
  #key;
  #log = '';

  /** Started for the test `t` and ended with it. */
  static async start(t, ...args) {
    const daemon = new Daemon();

    daemon.#arguments = args;
    t.after(() => daemon.#discard());
    await daemon.#start();
    return daemon;
  }

  async #start() {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^INVITED_/.test(name)));

    this.#process = spawn(
      invited(),
      ['serve', '--listen', '127.0.0.1:0', '--data', this.#directory,
       ...this.#arguments],
      { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#process, 'exit');
    this.#process.stderr.on('data', (data) => { this.#log += data; });
    for await (const line of createInterface({ input: this.#process.stdout })) {
      this.#key = /^admin key: (\S+)/.exec(line)?.[1] ?? this.#key;
      this.origin = /^listening on (http\S+)/.exec(line)?.[1];
      if (this.origin)
        return;
    }
    throw new Error(`the daemon did not start:\n${this.#log}`);
  }

  /** Ends it as a service manager does, and looks how it went. */
  async stop() {
    this.#process.kill('SIGTERM');
    const [status] = await this.#ended;

    this.#process = undefined;
    assert.equal(status, 0, this.#log);
    assert.doesNotMatch(this.#log, /^\S+ error /m);
  }

  async #discard() {
    try {
      if (this.#process)
        await this.stop();
    } finally {
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  /** Changes what lies in the database, as time or another hand might have. */
  async meddle(sql) {
    await this.stop();
    execFileSync('python3', ['-c', `
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    assert database.execute(sys.argv[2]).rowcount == 1
`, path.join(this.#directory, 'invited.db'), sql]);
    await this.#start();
  }

  /** A request with the admin key; the JSON of an answer that must be good. */
  async api(method, target, body) {
    const answer = await fetch(`${this.origin}/v1/organization${target}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
    const json = await answer.json();

    assert.equal(answer.status, 200, JSON.stringify(json));
    return json;
  }

  /** Invites by mail; the invite. */
  invite(email, more) {
    return this.api('POST', '/invites', { email, role: 'reader', ...more });
  }

  /** Invites without a mail; where the link leads on this origin. */
  async link(email, more) {
    const { accept_url } = await this.invite(email,
                                             { send_email: false, ...more });

    return new URL(accept_url).pathname + new URL(accept_url).hash;
  }

  /** The members' e-mail addresses. */
  async members() {
    const { data } = await this.api('GET', '/users?limit=100');

    return data.map(({ email }) => email);
  }

  /** The mail to `email`, once it is delivered, as a mail reader sees it. */
  async mail(email) {
    const deadline = Date.now() + PATIENCE;

    for (;;) {
      for (const file of this.#mails()) {
        const mail = await PostalMime.parse(readFileSync(file));

        if (mail.to.some(({ address }) => address === email))
          return mail;
      }
      assert.ok(Date.now() < deadline, `no mail for ${email}\n${this.#log}`);
      await new Promise(setImmediate);
    }
  }

  #mails() {
    const maildir = path.join(this.#directory, 'mail', 'new');

    return readdirSync(maildir).map((name) => path.join(maildir, name));
  }
}
