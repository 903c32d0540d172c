# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on an 80x25 text console, and somebody who answers its questions."""

import codecs
import errno
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time

COLUMNS, ROWS = 80, 25
_ESCAPE = re.compile(r"\x1b(?:\[([0-9;?]*)([@-~])|[()][A-Z0-9]|[^\[()])")


class Screen:
    """What is on the glass: enough of a VT100 for plain text, progress lines and colours."""

    def __init__(self):
        self.lines = [[" "] * COLUMNS for _ in range(ROWS)]
        self.row = self.column = 0
        self._rest = ""

    def __str__(self):
        return "\n".join("".join(line).rstrip() for line in self.lines).rstrip("\n")

    def feed(self, text):
        text = self._rest + text
        self._rest = ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self._put(text[at])
                at += 1
            elif match := _ESCAPE.match(text, at):
                if match[2]:
                    self._control(match[1], match[2])
                at = match.end()
            else:  # cut in the middle: the rest comes with the next read
                self._rest = text[at:]
                return

    def _put(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self._down()
        elif char == "\b":
            self.column = max(0, self.column - 1)
        elif char == "\t":
            self.column = min(COLUMNS - 1, self.column // 8 * 8 + 8)
        elif char >= " ":
            if self.column == COLUMNS:  # a full line wraps only when more comes
                self.column = 0
                self._down()
            self.lines[self.row][self.column] = char
            self.column += 1

    def _down(self):
        if self.row < ROWS - 1:
            self.row += 1
        else:
            self.lines = self.lines[1:] + [[" "] * COLUMNS]

    def _control(self, parameters, final):
        numbers = [int(word) for word in parameters.split(";") if word.isdigit()]
        count = max(1, numbers[0]) if numbers else 1
        if final in "AB":
            self.row = min(ROWS - 1, max(0, self.row + (count if final == "B" else -count)))
        elif final in "CD":
            self.column = min(COLUMNS - 1, max(0, self.column + (count if final == "C" else -count)))
        elif final == "G":
            self.column = min(COLUMNS, count) - 1
        elif final in "Hf":
            self.row = min(ROWS, count) - 1
            self.column = min(COLUMNS, max(1, numbers[1]) if len(numbers) > 1 else 1) - 1
        elif final == "K":
            self._erase(self.row, numbers[0] if numbers else 0)
        elif final == "J":
            mode = numbers[0] if numbers else 0
            for row in range(ROWS):
                if row == self.row:
                    self._erase(row, mode)
                elif mode == 2 or (row > self.row) == (mode == 0):
                    self._erase(row, 2)

    def _erase(self, row, mode):
        begin = self.column if mode == 0 else 0
        end = min(COLUMNS, self.column + 1) if mode == 1 else COLUMNS
        self.lines[row][begin:end] = [" "] * (end - begin)


class Conversation:
    """A process on a terminal. `text` is all it wrote, without escape sequences; `screen` what is visible now."""

    def __init__(self, argv, env, size=(COLUMNS, ROWS), kind="linux"):
        self._master, slave = os.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # setsid --ctty: Ctrl-C typed here has to reach the program, as a signal, as at a real terminal.
        self.process = subprocess.Popen(["setsid", "--ctty", *argv], stdin=slave, stdout=slave, stderr=slave,
                                        env={**env, "TERM": kind}, cwd="/")
        os.close(slave)
        self.screen = Screen()
        self.text = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._raw = ""

    def expect(self, pattern, deadline, begin=0):
        """Reads until the pattern shows up behind `begin`; returns where its match ends."""
        while not (match := re.compile(pattern).search(self.text, begin)):
            if not self._read(deadline):
                raise AssertionError(f"{pattern!r} never came; on the screen is:\n{self.screen}")
        return match.end()

    def type(self, answer):
        os.write(self._master, answer.encode())

    def finish(self, deadline):
        while self._read(deadline):
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def close(self):
        os.close(self._master)

    def _read(self, deadline):
        """False at the end of the program; a time-out is an error."""
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise AssertionError(f"timed out; on the screen is:\n{self.screen}")
        try:
            piece = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # how Linux says that nobody has the other end open any more
                raise
            piece = b""
        text = self._decode(piece, not piece)
        self.screen.feed(text)
        self._raw += text
        self.text = _ESCAPE.sub("", self._raw).replace("\r\n", "\n")
        return bool(piece)
