#!/usr/bin/env python3
"""
A stand-in for a model server, for trying a gateway: /v1/models, and
/v1/chat/completions, streamed where that is asked for. Like most model servers
it lets everybody in, and tells them apart by nothing but what the gateway says.

	model.py [PORT]
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "stand-in"


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path.split("?")[0] == "/v1/models":
            self.answer(200, {"object": "list", "data": [
                {"id": MODEL, "object": "model", "created": 1, "owned_by": "you"}]})
        else:
            self.absent()

    def do_POST(self):
        body = self.body()
        if self.path.split("?")[0] != "/v1/chat/completions":
            self.absent()
        elif json.loads(body).get("stream"):
            self.stream()
        else:
            self.answer(200, completion("chat.completion", message={
                "role": "assistant", "content": " ".join(self.words())}))

    def words(self):
        """What the model says, word by word."""
        return ["Hello,", self.headers["X-Invited-User-Email"] or "stranger"]

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in self.words():
            self.event(json.dumps(completion("chat.completion.chunk",
                                             delta={"content": word + " "})))
        self.event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, data):
        line = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.flush()

    def body(self):
        """With a length or in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def answer(self, status, value):
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def absent(self):
        self.answer(404, {"error": {
            "message": "There is nothing here.", "type": "invalid_request_error",
            "param": None, "code": "unknown_url"}})

    def log_message(self, *what):
        pass


def completion(kind, **choice):
    return {"id": "chatcmpl-1", "object": kind, "created": int(time.time()),
            "model": MODEL, "choices": [
                {"index": 0, "finish_reason": None, **choice}]}


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with ThreadingHTTPServer(("127.0.0.1", port), Model) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
