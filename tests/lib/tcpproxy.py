#!/usr/bin/env python3
"""A TCP proxy for tests of git://, which counts bytes, and fails as it is told.

usage: tcpproxy.py --to PORT --port-file FILE [--log FILE] [--fault FILE]

It listens on a port of 127.0.0.1, which it writes to FILE when it is ready, and ends
with SIGTERM.  While the file --fault is there, it tells what goes wrong with connections
that begin; what is about bytes means those from the server:

  drop-N       the connection is closed after N bytes
  stall-N      it falls silent there, until the client goes
  flip-N       byte N is a wrong one
  hangup       a connection is closed at once
  silent       nothing is sent on, either way

The log has a line of JSON a connection, written at its end: up (bytes from the client),
down (bytes to it), seconds, fault (null, or what happened).
"""
import argparse
import json
import os
import re
import socket
import socketserver
import threading
import time

PIECE = 1 << 16


class Cut(Exception):
    """The connection ends here."""


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        self.started = time.monotonic()
        self.up = self.down = 0
        self.happened = None
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        what, at = self.server.fault()
        if what == "hangup":
            self.happened = what
            return
        if what == "silent":
            self.happened = what
            self.wait_for_end()
            return
        with socket.create_connection(("127.0.0.1", self.server.to)) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sender = threading.Thread(target=self.send_up, args=[server])
            sender.start()
            try:
                self.send_down(server, what, at)
            except (Cut, OSError):
                pass
            # What waits for either side is to end.
            for sock in (server, self.request):
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            sender.join()

    def send_up(self, server):
        try:
            while data := self.request.recv(PIECE):
                server.sendall(data)
                self.up += len(data)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def send_down(self, server, what, at):
        while data := server.recv(PIECE):
            end = self.down + len(data)
            if what and self.down <= at < end:
                self.happened = f"{what}-{at}"
                if what == "flip":
                    data = bytearray(data)
                    data[at - self.down] ^= 0x10
                else:
                    self.send(data[:at - self.down])
                    self.stop(what)
            self.send(data)

    def send(self, data):
        self.request.sendall(data)
        self.down += len(data)

    def stop(self, what):
        if what == "stall":
            # The other thread sees the client go.
            while self.request.fileno() >= 0 and not self.is_closed():
                time.sleep(0.05)
        raise Cut

    def is_closed(self):
        try:
            return not self.request.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False

    def wait_for_end(self):
        while self.request.recv(PIECE):
            pass

    def finish(self):
        self.server.note({"up": self.up, "down": self.down, "fault": self.happened,
                          "seconds": round(time.monotonic() - self.started, 4)})


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, args):
        super().__init__(("127.0.0.1", 0), Handler)
        self.to = args.to
        self.fault_file = args.fault
        self.log = args.log and os.open(args.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def fault(self):
        """What is to happen to a connection that begins, and after how many bytes."""
        try:
            with open(self.fault_file or os.devnull, encoding="ascii") as f:
                text = f.read().strip()
        except FileNotFoundError:
            text = ""
        match = re.match(r"^(drop|stall|flip|hangup|silent)(?:-(\d+))?$", text)
        if not match:
            return None, 0
        return match[1], int(match[2] or 0)

    def note(self, line):
        if self.log:
            os.write(self.log, (json.dumps(line) + "\n").encode())

    def handle_error(self, request, client_address):
        pass  # one side is gone


def main():
    parser = argparse.ArgumentParser(usage="see the head of the file")
    parser.add_argument("--to", required=True, type=int)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--log")
    parser.add_argument("--fault")
    args = parser.parse_args()
    proxy = Proxy(args)
    with open(args.port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(proxy.server_address[1]))
    os.rename(args.port_file + ".new", args.port_file)
    proxy.serve_forever()


if __name__ == "__main__":
    main()
