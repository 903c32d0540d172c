# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that keep the laws, as they stand in the program."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    law: int  # of docs/design.md, section 4
    file: str
    text: str  # stands there once
    without: str = ""  # what stands there when the guard is gone
    why: str = ""


GUARDS = [
    Guard(1, "recover/executor.cpp", "ask_guards_from(0, read({}));",
          why="every guard of the whole plan is asked before the first action"),
    Guard(1, "recover/executor.cpp", "if (step.destroys) make_sure_before_destroying(i);",
          why="nothing is destroyed without the last look and the question"),
    Guard(1, "recover/executor.cpp", "require_before_destroying(steps()[i].name, facts);",
          why="what must hold before anything is destroyed is asked, whatever the playbook says"),
    Guard(1, "recover/executor.cpp", "if (answer.verdict != Verdict::holds)\n        throw Refused(\"Nothing is destroyed",
          "if (answer.verdict == Verdict::fails)\n        throw Refused(\"Nothing is destroyed",
          why="unknown is not enough"),
    Guard(1, "checks/backup_chosen.cpp", ".before_destroying = true", ".before_destroying = false",
          why="a backup has been chosen, and shown"),
    Guard(1, "checks/volumes_readable.cpp", ".before_destroying = true", ".before_destroying = false",
          why="its volumes can be read"),
    Guard(2, "recover/targets.cpp", "if (device.serial != target.disk.serial) return false;",
          why="a disk is known by its serial"),
    Guard(2, "recover/targets.cpp", "if (found == 1) return target;", "if (found >= 1) return target;",
          why="two disks that fit are none"),
    Guard(2, "recover/executor.cpp", 'require_unchanged(run_.plan.circumstances, facts, "the plan was made");',
          why="a drift since the plan was made is a refusal"),
    Guard(2, "recover/executor.cpp", 'require_unchanged(run_.plan.circumstances, now, "the question was asked");',
          why="a drift while the question is asked is a refusal"),
    Guard(2, "checks/target_not_storage.cpp", ".before_destroying = true", ".before_destroying = false",
          why="the storage volume is no target"),
    Guard(2, "checks/target_free.cpp", ".before_destroying = true", ".before_destroying = false",
          why="nothing that is in use is a target"),
    Guard(3, "recover/executor.cpp", "run_.confirm(run_.plan, facts);",
          why="the operator is asked"),
    Guard(1, "checks/backup_proven.cpp", ".before_destroying = true", ".before_destroying = false",
          why="it is shown from the volumes that the backup can be restored"),
    Guard(1, "checks/backup_fits.cpp", ".before_destroying = true", ".before_destroying = false",
          why="it fits on the disk"),
    Guard(2, "checks/target_not_live_medium.cpp", ".before_destroying = true", ".before_destroying = false",
          why="the live medium is no target"),
    Guard(2, "checks/target_not_member.cpp", ".before_destroying = true", ".before_destroying = false",
          why="part of an array is no target"),
    Guard(3, "recover/confirm.cpp", "if (!keyboard.is_there())", "if (false)",
          why="with nobody there nothing is confirmed"),
    Guard(3, "recover/confirm.cpp", "if (!answer) return false;", "if (!answer) return true;",
          why="the end of the input is a no"),
    Guard(3, "recover/confirm.cpp", "if (*answer == identity) return true;",
          "if (*answer != identity + \" \") return true;",
          why="only the identity itself is a yes"),
    Guard(1, "recover/environment_actions.cpp",
          "if (!swapped && (proven.empty() || stamp_of(action.made) != proven))", "if (false)",
          why="no recovery environment is put in the old one's place but the one that this run has proven"),
    Guard(1, "recover/steps/environment.cpp", "if (!context.profile.makes_environment)", "if (false)",
          why="the environment in use is not made anew in its place"),
    Guard(2, "recover/broken_btrfs.cpp",
          "if (!a || !b || (a->device_id != b->device_id && a->device != b->device)) continue;", "if (a || !b) continue;",
          why="a clone of the broken filesystem is recognised"),
    Guard(1, "recover/salvage/restore.cpp", "if (needed <= free) return;", "if (needed <= free || true) return;",
          why="without room a way to salvage is not tried, and that is no answer of the disk's"),
    Guard(1, "recover/salvage/restore.cpp", "if (request.free_bytes() > 0) return;",
          "if (request.free_bytes() > 0 || true) return;",
          why="what is cut because the room was gone is not taken for what the disk has"),
    Guard(1, "recover/salvage/offer.cpp",
          "if (time_tells && theirs.st_mtim.tv_sec > ours.st_mtim.tv_sec) return Change::newer_there;",
          "if (false && time_tells) return Change::newer_there;",
          why="a newer file is not replaced by a salvaged one without a word"),
    Guard(1, "recover/salvage/offer.cpp", "if (provenance != Provenance::clean) return Change::untrusted;",
          why="what nothing shows to be whole replaces nothing"),
]
