#!/usr/bin/env python3
"""Run a command and send it a signal after some time.

usage: interrupt.py SECONDS KILL|INT COMMAND...

Prints "interrupted" when the signal n ended it, or it ended with 128 + n, else "finished"; ends
with the command's exit status, 128 + n where a signal n ended it.  What the command prints is dropped.
"""
import signal
import subprocess
import sys
import time


def main():
    seconds, which, *command = sys.argv[1:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    number = getattr(signal, "SIG" + which)
    time.sleep(float(seconds))
    if child.poll() is None:
        child.send_signal(number)
    status = child.wait()
    print("interrupted" if status in [-number, 128 + number] else "finished")
    sys.exit(status if status >= 0 else 128 - status)


main()
