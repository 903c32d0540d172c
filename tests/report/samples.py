# SPDX-License-Identifier: GPL-3.0-or-later
"""Journals as recover writes them, of recoveries that went well, badly, and of one whose words are hostile."""

import datetime
import hashlib
import json

_ZONE = datetime.timezone(datetime.timedelta(hours=1))
_STEPS = ["storage", "environment", "firmware", "choose", "prove", "try-mkfs", "filesystem", "tree", "restore", "boot-loader",
          "hold", "hand-over", "release", "boot-entry"]
_SUMMARIES = {
    "storage": "Activate LVM and mount the storage volume",
    "environment": "Enter the recovery environment, with the Bacula volumes read-only",
    "firmware": "Try whether the firmware takes a boot entry",
    "choose": "Start Bacula in the recovery environment and choose the backup",
    "prove": "Prove from the volumes that the backup can be restored",
    "try-mkfs": "Try mkfs.btrfs on a sparse file",
    "filesystem": "Make the btrfs, its subvolumes, and a lost ESP or /boot",
    "tree": "Mount the tree into the recovery environment",
    "restore": "Restore all files by the Director",
    "extract": "Without the Director, extract the files with bextract",
    "boot-loader": "Install the boot loader",
    "hold": "Hold the volumes, hand over the catalog",
    "hand-over": "Copy the journal into the restored root",
    "release": "Unmount what was mounted",
    "boot-entry": "Write the boot entry",
}


class Journal:
    """Lines with their checksums, at times that go on as told."""

    def __init__(self, begin="2026-11-22 23:05:10"):
        self._now = datetime.datetime.fromisoformat(begin).replace(tzinfo=_ZONE)
        self._sum = ""
        self._number = 0
        self.text = ""

    def wait(self, **amount):
        self._now += datetime.timedelta(**amount)
        return self

    def write(self, event, **fields):
        self._number += 1
        time = self._now.strftime("%Y-%m-%d %H:%M:%S %z")
        body = json.dumps({"event": event, **fields, "seq": self._number, "time": time}, separators=(",", ":"),
                          ensure_ascii=False)
        self._sum = hashlib.sha256((self._sum + body).encode()).hexdigest()[:16]
        self.text += f'{body[:-1]},"sum":"{self._sum}"}}\n'
        return self

    def begin(self, event="run-begun", **more):
        return self.write(event, **{
            "playbook": "storage", "machine": "alder", "filesystem": "5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11",
            "plan": "0" * 64, "version": "0.1.0", "as-of": "", "boot": "b-rescue", "steps": _STEPS,
            "fallbacks": ["extract for restore"],
            "lasting": ["root: 465.3 GiB (499570966528 bytes) on the disk with the serial S4EVNX0R123456, WWN eui.0025385b71b0a1c2, "
                        "partition table 6b9e52f7-0c1d-4b6e-9a3f-5d2c8e7f1a90",
                        "volumes: 4 files, 200.0 GiB (214748364800 bytes), the newest Vol-0004 of 2026-11-21 01:22:10 +0100"],
            "passing": ["root: /dev/nvme0n1p2 holds nothing that blkid knows, label none, UUID none; not in use",
                        "ESP: /dev/nvme0n1p1 holds vfat, label none, UUID 7A1B-22C3; not in use"], **more})

    def check(self, name, evidence, answer="holds", step=""):
        return self.write("check", check=name, step=step, answer=answer, evidence=evidence)

    def step(self, name, seconds, end="done", **fields):
        self.write("step-begun", step=name, summary=_SUMMARIES[name], destroys=name == "filesystem").wait(seconds=seconds)
        return self.write(f"step-{end}", step=name, **fields) if end else self

    def up_to_the_restore(self):
        self.check("root-user", "uid 0")
        self.step("storage", 2).step("environment", 1).step("firmware", 1).step("choose", 9)
        self.check("backup-chosen", "Full 41 of 2026-11-15 01:05:00, then Incremental 47 of 2026-11-21 01:05:00; "
                                    "412873 files, 187.4 GiB", step="choose")
        self.write("director-proven", director="alder-dir", version="9.6.7", jobs=["RestoreFiles"])
        self.write("backup-proven", depth="quick", volumes=["Vol-0001", "Vol-0002", "Vol-0003", "Vol-0004"], ranges=9,
                   blocks=18, bytes=1179648, digests=0)
        self.step("prove", 14).step("try-mkfs", 3).wait(seconds=95)
        self.write("confirmed", step="filesystem", serials=["S4EVNX0R123456"], foreign=[])
        self.step("filesystem", 11).check("filesystem-made", "5f3a1f0e with 4 subvolumes", step="filesystem")
        return self.step("tree", 2)

    def to_the_end(self):
        self.step("boot-loader", 38)
        self.write("volumes-held", volumes=["Append Vol-0004", "Full Vol-0003"])
        self.write("catalog-handed-over", **{"from": "/environment/var/lib/bacula/bacula.db", "to": "/var/lib/bacula/bacula.db"})
        self.write("reminder-left", files=["/etc/issue.d/recover.issue", "/etc/profile.d/recover.sh"])
        self.step("hold", 4).step("hand-over", 1).step("release", 6)
        self.write("efi-entry-written", label="debian", loader="\\EFI\\debian\\shimx64.efi", removed=[])
        self.step("boot-entry", 1).check("efi-entry", 'Boot0001 "debian", the first in BootOrder', step="boot-entry")
        return self.write("run-complete", at=1795300000)


def finished():
    """A recovery by the Director, and the backup that closed the gate."""
    journal = Journal().begin().up_to_the_restore()
    journal.step("restore", 5400, end="")
    journal.write("restored", job=48, files=412873, bytes=201220000000).write("step-done", step="restore")
    journal.check("tree-complete", "412873 files, all as the list says", step="restore").to_the_end()
    journal.wait(minutes=7).write("jobs-held", jobs=["BackupAlder"], at=1795301000)
    journal.wait(hours=2).write("volumes-released", volumes=["Vol-0003", "Vol-0004"])
    return journal.write("backup-verified", job=52, boot="b-own").text


def degraded():
    """Cut off in the middle, resumed, the Director's restore failed, bextract stood in."""
    journal = Journal().begin().up_to_the_restore()
    journal.step("restore", 1290, end="")
    journal.wait(minutes=41).begin("run-resumed", boot="b-rescue-2")
    for name in _STEPS[:8]:
        journal.write("step-kept", step=name)
    journal.step("restore", 760, end="failed", why="The restore job 49 ended with 3 errors; Bacula said: Volume data error at "
                                                   "1:204800! Wanted ID: \"BB02\", got \"\". Buffer discarded.")
    journal.write("fallback", step="restore", instead="extract").step("extract", 4980, end="")
    journal.write("extracted", files=412871, errors=["bextract: block.c:286 Volume data error at 1:204800!"])
    journal.write("losses-begun")
    names = [f"/srv/shared/project-{number:03}/minutes of the meeting.odt" for number in range(1, 341)]
    for first in range(0, len(names), 100):
        part = names[first:first + 100]
        journal.write("degraded", lost="ACL", files=part, paths=part)
    journal.write("degraded", lost="xattr", files=["/usr/bin/ping"], paths=["/usr/bin/ping"])
    damaged = "/home/ada/bilder/gro\u00df\u2013\u65e5\u672c\u8a9e.raw"
    journal.write("degraded", lost="data", files=[f"{damaged}: a block of Vol-0002 at 1:204800 is damaged"], paths=[damaged])
    return journal.write("step-done", step="extract").to_the_end().text


def refused():
    """Before anything was written."""
    why = "Vol-0003 is missing in /mnt/storage/bacula, and the backup needs it"
    journal = Journal().begin().check("volumes-readable", why, "fails", "environment").wait(seconds=1)
    return journal.write("run-ended", why=why, remedy="Bring it back from where it was moved to, then: recover --playbook "
                                                      "storage").text


def hostile():
    """Words that nobody meant for a report."""
    script = "</style></title><script>document.body.innerHTML='owned'</script><img src=http://example.org/x onerror=alert(1)>"
    endless = "x" * 20000
    journal = Journal().begin(machine=script, playbook=f"storage {script}", replaced=[f"{endless}={script}"])
    journal.write("step-begun", step=script + endless, summary=script, destroys=False).wait(seconds=3)
    journal.write("step-failed", step=script + endless,
                  why=f"{endless} \u202egnp.exe | ` **bold** [link](http://example.org) \u0007\u001b[31m Password = \"xyzzy\"")
    journal.write("degraded", lost="ACL", files=[script, endless, "| a | b |", "&amp;lt;"], paths=["", "", "", ""])
    journal.check("<b>check</b>", endless, "fails")
    return journal.write("run-ended", why=script, remedy=script).text


SAMPLES = {"finished": finished, "degraded": degraded, "refused": refused, "hostile": hostile}
