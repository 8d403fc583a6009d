#!/usr/bin/env python3
"""A git server over HTTP for tests, which counts bytes, and fails as it is told.

usage: gitserver.py --root DIR --port-file FILE [--log FILE] [--faults DIR] [--other URL]
                    [--tls CERT KEY] [--config KEY=VALUE]...

It serves the repositories below DIR by `git http-backend`, on a port of 127.0.0.1 that
it writes to FILE when it is ready, and ends with SIGTERM.  Nothing is held in memory:
what git says is sent on piece by piece, in chunks.

What goes wrong is told by the first part of a URL's path, or a file: see gitfaults.py.

The log has a line of JSON a request, written at its end: method, path (as asked for),
status, in and out (bytes of headers and bodies; under TLS those inside of it), protocol
(Git-Protocol), agent, auth ("none", "right" or "wrong"), command (of version 2), pack
(bytes of an answer that went through a file), seconds.
"""
import argparse
import base64
import http.server
import io
import json
import os
import random
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

from gitfaults import GIT_FAULTS, Faults, band1

PIECE = 1 << 16
TOKEN = "right"
GIT_CONFIG = {"safe.directory": "*", "uploadpack.allowFilter": "true",
              "uploadpack.allowAnySHA1InWant": "true", "http.receivepack": "false",
              "pack.threads": "1"}


class Cut(Exception):
    """The conversation ends here."""


def pkt(data):
    return b"%04x" % (len(data) + 4) + data


def pieces(first, pipe):
    if first:
        yield first
    while data := pipe.read(PIECE):
        yield data


class Counted(io.RawIOBase):
    """A socket's stream that counts."""

    def __init__(self, raw):
        self.raw = raw
        self.bytes = 0

    def readable(self):
        return self.raw.readable()

    def writable(self):
        return self.raw.writable()

    def readinto(self, buf):
        n = self.raw.readinto(buf)
        self.bytes += n or 0
        return n

    def write(self, data):
        view, done = memoryview(data), 0
        while done < len(view):
            done += self.raw.write(view[done:]) or 0
        self.bytes += done
        return done


class Body:
    """What a client sends, in pieces."""

    def __init__(self, handler):
        self.rfile = handler.rfile
        self.chunked = handler.headers.get("Transfer-Encoding", "").lower() == "chunked"
        self.length = int(handler.headers.get("Content-Length") or 0)
        self.ended = False

    def pieces(self):
        """What has not been read yet."""
        if not self.chunked:
            length, self.length = self.length, 0
            yield from self.take(length)
            return
        if self.ended:
            return
        self.ended = True
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            yield from self.take(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def take(self, left):
        while left > 0:
            data = self.rfile.read(min(left, PIECE))
            if not data:
                raise Cut
            left -= len(data)
            yield data


class Answer:
    """The answer to one request, in chunks."""

    def __init__(self, handler, packed=False):
        self.handler = handler
        self.packed = zlib.compressobj(wbits=31) if packed else None

    def begin(self, headers):
        self.handler.send_response(200)
        for name, value in headers:
            if name.lower() not in ("status", "content-length"):
                self.handler.send_header(name, value)
        self.handler.send_header("Transfer-Encoding", "chunked")
        if self.packed:
            self.handler.send_header("Content-Encoding", "gzip")
        self.handler.end_headers()

    def chunk(self, data):
        if data:
            self.handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def write(self, data):
        if self.packed:
            data = self.packed.compress(data) + self.packed.flush(zlib.Z_SYNC_FLUSH)
        self.chunk(data)

    def end(self):
        if self.packed:
            self.chunk(self.packed.flush())
        self.handler.wfile.write(b"0\r\n\r\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "gitserver"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.received = Counted(socket.SocketIO(self.connection, "r"))
        self.rfile = io.BufferedReader(self.received)
        self.wfile = Counted(socket.SocketIO(self.connection, "w"))
        self.status = None

    def log_message(self, *args):
        pass

    def send_response(self, code, message=None):
        self.status = code
        super().send_response(code, message)

    def note(self, started):
        if not self.server.log:
            return
        line = {"method": self.command, "path": self.path, "status": self.status,
                "in": self.received.bytes, "out": self.wfile.bytes,
                "protocol": self.headers.get("Git-Protocol"),
                "agent": self.headers.get("User-Agent"), "auth": self.auth(),
                "command": self.git_command, "pack": self.pack,
                "seconds": round(time.monotonic() - started, 4)}
        os.write(self.server.log, (json.dumps(line) + "\n").encode())
        self.received.bytes = self.wfile.bytes = 0

    def auth(self):
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            value = base64.b64decode(value).decode("latin-1").partition(":")[2]
        return ("right" if value == TOKEN else "wrong") if kind else "none"

    def serve(self):
        started = time.monotonic()
        self.status = self.git_command = self.pack = None
        path, _, self.query = self.path.partition("?")
        _, self.name, *rest = path.split("/", 2)
        self.rest = "/" + "".join(rest)
        self.body = Body(self)
        try:
            if not (self.refuse() or self.redirect() or self.pretend()):
                self.ask_git()
        except (Cut, OSError):
            self.close_connection = True
        finally:
            self.note(started)

    do_GET = do_POST = serve

    def fault(self, *wanted):
        return self.server.faults.find(self.name, *wanted)

    # --- Answers without git

    def plain(self, status, headers=(), body=b""):
        for _ in self.body.pieces():
            pass
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return True

    def refuse(self):
        if self.fault("hangup"):
            raise Cut
        if self.fault("silent"):
            self.wait_for_end()
        if self.fault("401-ok") and self.auth() != "right":
            return self.plain(401, [("WWW-Authenticate", 'Basic realm="x"')])
        fault = self.fault(*map(str, range(300, 600)))
        if not fault:
            return False
        headers = []
        if fault.what == "401":
            headers.append(("WWW-Authenticate", 'Basic realm="x"'))
        if fault.number is not None:
            headers.append(("Retry-After", str(fault.number)))
        return self.plain(int(fault.what), headers)

    def redirect(self):
        """To another name, on this server or the other one."""
        query = "?" + self.query if self.query else ""
        for part in self.server.faults.text(self.name).split("+"):
            if part == "redirect-loop":
                where = self.path
            elif part == "redirect-file":
                where = "file://" + self.server.root + self.rest + query
            elif part == "redirect-host":
                where = self.server.other + "/ok" + self.rest + query
            elif part == "redirect" or part.startswith("redirect-"):
                where = "/" + (part[9:] or "ok") + self.rest + query
            elif part.startswith("away-"):
                where = self.server.other + "/" + part[5:] + self.rest + query
            else:
                continue
            return self.plain(301, [("Location", where)])
        return False

    def pretend(self):
        """A made-up list of references, or none."""
        if self.command != "GET":
            return False
        git = [("Content-Type", "application/x-git-upload-pack-advertisement")]
        head = pkt(b"# service=git-upload-pack\n") + b"0000"
        if self.fault("login"):
            return self.plain(200, [("Content-Type", "text/html")],
                              b"<!DOCTYPE html><title>Log in</title><p>Log in first.\n")
        if self.fault("dumb"):
            return self.plain(200, [("Content-Type", "text/plain")],
                              b"%040x\trefs/heads/main\n" % 1)
        if self.fault("empty"):
            return self.plain(200, git)
        if self.fault("garbage"):
            return self.plain(200, git, random.Random(1).randbytes(5000))
        if self.fault("err"):
            return self.plain(200, git, head + pkt(b"ERR the disk is full\n"))
        if self.fault("endless"):
            self.pour(git, head, lambda i: pkt(b"%040x refs/heads/%d\n" % (i + 1, i)))
        return False

    def pour(self, headers, head, line):
        """Lines without end, until the client has enough."""
        answer = self.answer()
        answer.begin(headers)
        answer.write(head)
        i = 0
        while True:
            answer.write(b"".join(line(i + j) for j in range(500)))
            i += 500

    def wait_for_end(self):
        self.connection.settimeout(None)
        while self.connection.recv(PIECE):
            pass
        raise Cut

    # --- Answers of git

    def answer(self):
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        return Answer(self, packed=accepts and bool(self.fault("gzip")))

    def git_env(self):
        config = dict(GIT_CONFIG, **self.server.config)
        for name, values in GIT_FAULTS.items():
            if self.fault(name):
                config.update(values)
        env = dict(os.environ, GIT_PROJECT_ROOT=self.server.root, GIT_HTTP_EXPORT_ALL="1",
                   PATH_INFO=self.rest, QUERY_STRING=self.query, REMOTE_ADDR="127.0.0.1",
                   REQUEST_METHOD=self.command,
                   CONTENT_TYPE=self.headers.get("Content-Type") or "",
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding") or "",
                   GIT_CONFIG_COUNT=str(len(config)))
        for i, (key, value) in enumerate(config.items()):
            env[f"GIT_CONFIG_KEY_{i}"] = key
            env[f"GIT_CONFIG_VALUE_{i}"] = value
        if self.headers.get("Git-Protocol") and not self.fault("v0", "noid"):
            env["GIT_PROTOCOL"] = env["HTTP_GIT_PROTOCOL"] = self.headers["Git-Protocol"]
        if "Content-Length" in self.headers:
            env["CONTENT_LENGTH"] = self.headers["Content-Length"]
        return env

    def feed(self, git):
        """All that the client sends to git, and what it asks for to self.git_command."""
        unpack = zlib.decompressobj(wbits=47)
        packed = self.headers.get("Content-Encoding") == "gzip"
        start = b""
        try:
            for data in self.body.pieces():
                if len(start) < 100:
                    start += unpack.decompress(data) if packed else data
                    command = re.match(rb"[0-9a-f]{4}command=([a-z-]+)", start)
                    self.git_command = command[1].decode() if command else None
                try:
                    git.stdin.write(data)
                except BrokenPipeError:
                    pass  # git has seen enough; the rest is to be read all the same
        except (Cut, OSError, zlib.error):
            git.kill()
            self.close_connection = True
        try:
            git.stdin.close()
        except BrokenPipeError:
            pass

    def ask_git(self):
        with subprocess.Popen(["git", "http-backend"], env=self.git_env(), bufsize=0,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as git:
            feeder = threading.Thread(target=self.feed, args=[git])
            feeder.start()
            try:
                self.pass_on(git.stdout, feeder)
            except BaseException:
                git.kill()
                self.connection.shutdown(socket.SHUT_RD)  # wakes the feeder
                raise
            finally:
                feeder.join()

    def pass_on(self, out, feeder):
        head = b""
        while b"\r\n\r\n" not in head:
            data = out.read(PIECE)
            if not data:
                feeder.join()
                return self.plain(500)
            head += data
        head, _, body = head.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = [value for name, value in headers if name == "Status"]
        if status and not status[0].startswith("200"):
            feeder.join()
            return self.plain(int(status[0][:3]))
        if self.spoiled():
            return self.spool(headers, body, out, feeder)
        answer = self.answer()
        answer.begin(headers)
        for data in pieces(body, out):
            answer.write(data)
        return answer.end()

    def spoiled(self):
        """Whether something is to go wrong with answers of git."""
        text = self.server.faults.text(self.name)
        return re.search(r"drop|reset|stall|slow|truncated|checksum|bitflip|-pack|band3", text)

    def spool(self, headers, body, out, feeder):
        with tempfile.TemporaryFile() as f:
            for data in pieces(body, out):
                f.write(data)
            feeder.join()
            size = f.tell()
            if self.command == "GET" or self.git_command == "ls-refs":
                plan = self.refs_plan(size)
            else:
                f.seek(0)
                parts = list(band1(f))
                if parts:
                    self.pack = size
                    plan = self.pack_plan(f, parts, size, headers)
                else:
                    plan = {}
            self.send_file(f, headers, size, **plan)

    def refs_plan(self, size):
        # With version 2 the first answer lists capabilities alone.
        if self.command == "GET" and not self.fault("v0", "noid") and \
                self.headers.get("Git-Protocol"):
            return {}
        fault = self.fault("drop-refs", "stall-refs")
        return {"stop": size * fault.number // 100, "how": fault.what[:-5]} if fault else {}

    def pack_plan(self, f, parts, size, headers):
        """What to do with an answer of `size` bytes, whose pack is in `parts`."""
        fault = self.fault("drop", "reset", "stall", "slow", "truncated", "checksum",
                           "bitflip", "band3", *(f"{s}-pack" for s in (
                               "garbage", "empty", "err", "endless", *range(400, 600))))
        if not fault:
            return {}
        what = fault.what
        if what in ("drop", "reset", "stall", "truncated"):
            return {"stop": size * fault.number // 100, "how": what}
        if what == "slow":
            return {"over_ms": fault.number}
        if what == "checksum":
            return {"flip": parts[-1][0] + parts[-1][1] - 1}
        if what == "bitflip":
            offset, length = parts[len(parts) // 2]
            return {"flip": offset + length // 2}
        if what == "band3":
            return {"stop": parts[len(parts) // 2][0] - 5, "how": "truncated",
                    "tail": pkt(b"\3the disk is full\n")}
        if what == "garbage-pack":
            f.seek(0)
            f.truncate()
            f.write(random.Random(2).randbytes(size))
            return {}
        if what == "empty-pack":
            return {"stop": 0, "how": "truncated"}
        if what == "err-pack":
            return {"stop": 0, "how": "truncated", "tail": pkt(b"ERR the disk is full\n")}
        if what == "endless-pack":
            head = pkt(b"acknowledgments\n") + pkt(b"ready\n") + b"0001" + pkt(b"packfile\n")
            self.pour(headers, head if self.headers.get("Git-Protocol") else pkt(b"NAK\n"),
                      lambda i: pkt(b"\2counting %d\r" % i))
        self.plain(int(what[:3]))
        raise Cut

    def send_file(self, f, headers, size, *, stop=None, how=None, over_ms=0, flip=None,
                  tail=b""):
        answer = self.answer()
        answer.begin(headers)
        f.seek(0)
        left = size if stop is None else stop
        piece = max(left // 100, 1) if over_ms else PIECE
        at = 0
        while left > 0 and (data := f.read(min(left, piece))):
            if flip is not None and at <= flip < at + len(data):
                data = bytearray(data)
                data[flip - at] ^= 0x10
            answer.write(bytes(data))
            at += len(data)
            left -= len(data)
            time.sleep(over_ms / 1e5)
        if how == "stall":
            self.wait_for_end()
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            # Not close(), which waits for streams that are made of it.
            os.close(self.connection.detach())
        if how in ("drop", "reset"):
            raise Cut
        answer.write(tail)
        answer.end()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, args):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = os.path.abspath(args.root)
        self.other = args.other or ""
        self.faults = Faults(args.faults)
        self.config = dict(entry.split("=", 1) for entry in args.config)
        self.log = args.log and os.open(args.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.tls = None
        if args.tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*args.tls)

    def get_request(self):
        sock, address = super().get_request()
        if self.tls:
            # The handshake is made by the thread that reads first.
            sock = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, request, client_address):
        # A client that hangs up, or trusts no certificate of ours, is no error here.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(usage="see the head of the file")
    parser.add_argument("--root", required=True)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--log")
    parser.add_argument("--faults")
    parser.add_argument("--other")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--config", action="append", default=[])
    args = parser.parse_args()
    server = Server(args)
    with open(args.port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(server.server_port))
    os.rename(args.port_file + ".new", args.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
