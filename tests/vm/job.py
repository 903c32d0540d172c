# SPDX-License-Identifier: GPL-3.0-or-later
"""What a guest is to do, and what came of it. guest/job.sh is the other end.

    job = Job('step name hostname\\n', {"birch.txt": Path("/tmp/birch.txt")})
    result.steps["name"].out, result.files["left-in-OUT.txt"]

The script is run by sh in a folder with the files. `step NAME COMMAND...` runs a command, shows what it says, keeps
that and the exit code, and returns the exit code.
"""

import io
import os
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

SERIAL = "RECOVER-JOB"
_BEGINS, _ENDS = "recover-test: the job begins\n", "recover-test: exit "
_OUT_AT = 1 << 30  # as in guest/job.sh
_SIZE = 2 << 30
_PRELUDE = """\
step() {
  name=$1
  shift
  echo "== $name"
  { "$@" 2>&1; echo $? >"$OUT/$name.step-exit"; } | tee "$OUT/$name.step-out"
  return "$(cat "$OUT/$name.step-exit")"
}
"""


@dataclass
class Job:
    script: str
    files: dict = field(default_factory=dict)  # name: Path of a file or folder, or text

    def write(self, image):
        """Makes the disk that brings the job in, and the results out."""
        with open(image, "wb") as disk:
            with tarfile.open(fileobj=disk, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for name, content in {"run": _PRELUDE + self.script, **self.files}.items():
                    if isinstance(content, Path):
                        tar.add(content, name, filter=_tidy)
                    else:
                        _add_text(tar, name, content)
            if disk.tell() > _OUT_AT:
                raise ValueError(f"{disk.tell()} bytes are too much for a job")
            disk.truncate(_SIZE)


def _tidy(member):
    return None if member.name.endswith("__pycache__") else member


def _add_text(tar, name, text):
    data = text.encode("utf-8", "surrogateescape")
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(data))


@dataclass
class Step:
    exit: int
    out: str

    def __str__(self):
        return f"exit {self.exit}\n{self.out}"


@dataclass
class Result:
    exit: int
    out: str        # all that the job said
    console: str    # the first serial port: firmware, kernel, systemd
    steps: dict
    files: dict     # name: bytes, of what else the job left in $OUT
    seconds: float


class Output:
    """The second serial port, while it grows; calls `echo` with each line of the job."""

    def __init__(self, path, echo=None):
        self._path, self._echo = path, echo
        self._shown = 0

    @property
    def text(self):
        """What the job has said so far; None as long as it has not begun."""
        if not os.path.exists(self._path):
            return None
        text = Path(self._path).read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        _, marker, rest = text.rpartition(_BEGINS)
        return rest if marker else None

    def look(self):
        """Shows what is new; True when the job has ended."""
        text = self.text or ""
        lines = text.splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines.pop()
        ends = next((at for at, line in enumerate(lines) if line.startswith(_ENDS)), None)
        for line in lines[self._shown:ends]:
            if self._echo:
                self._echo(line.rstrip("\n"))
        self._shown = len(lines)
        return ends is not None

    def result(self, image, console, seconds):
        """After the guest has gone: everything together. None when the job did not get to its end."""
        if not self.look():
            return None
        text, _, code = self.text.rpartition(_ENDS)
        steps, files = {}, {}
        with open(image, "rb") as disk:
            disk.seek(_OUT_AT)
            with tarfile.open(fileobj=disk, mode="r|") as tar:
                for member in tar:
                    if member.isfile():
                        files[member.name.removeprefix("./")] = tar.extractfile(member).read()
        for name in [name for name in files if name.endswith(".step-exit")]:
            name = name.removesuffix(".step-exit")
            steps[name] = Step(int(files.pop(f"{name}.step-exit")),
                               files.pop(f"{name}.step-out").decode("utf-8", "replace"))
        return Result(int(code.split()[0]), text, console, steps, files, seconds)
