/*
 * A reverse proxy as operators put one before the daemon: what comes below
 * `path` is handed on without it; all else is another's.
 */
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';

export class Proxy {
  /** Where requests go; to be set before the first. */
  target;

  #path;
  #server = createServer((request, response) =>
    this.#pass(request, response));

  static async start(t, path) {
    const proxy = new Proxy();

    proxy.#path = path;
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.origin = `http://127.0.0.1:${proxy.#server.address().port}`;
    t.after(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return proxy;
  }

  #pass(request, response) {
    if (!request.url.startsWith(`${this.#path}/`)) {
      response.writeHead(418).end();
      return;
    }
    const onward = ask(
      this.target + request.url.slice(this.#path.length),
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });

    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }
}
