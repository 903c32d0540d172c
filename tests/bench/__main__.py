# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the figures of docs/figures.md. RECOVER_BENCH_FILES and RECOVER_BENCH_PAIRS make it smaller."""

import os
import statistics
import subprocess
import sys
import time

from loop.machine import Machine

from . import by_hand, many_files, peak, proof, salvage, verify

FILES = int(os.environ.get("RECOVER_BENCH_FILES", "40000"))
PAIRS = int(os.environ.get("RECOVER_BENCH_PAIRS", "3"))


def whole_run(machine):
    """Seconds and peak memory of `recover --playbook storage`."""
    machine.destroy()
    begin = time.monotonic()
    process = machine.start("--playbook", "tree", "--restart", "--confirm", machine.serial)
    memory = peak.watch(process)
    out, err = process.communicate(timeout=1200)
    if process.returncode != 4:
        raise AssertionError(f"exit {process.returncode}\n{out[-3000:]}\n{err}")
    return time.monotonic() - begin, memory.result()


def typed_by_hand(machine):
    machine.destroy()
    begin = time.monotonic()
    by_hand.run(machine)
    return time.monotonic() - begin


def processor_time(machine, words, runs=11):
    """Median seconds of user and system time of one command."""
    argv = [str(machine.storage / "recover"), *words]
    times = []
    for _ in range(runs):
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=machine.env(None))
        _, _, usage = os.wait4(process.pid, 0)
        times.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(times)


def main():
    with Machine() as machine:
        print(f"  recover --help                 {processor_time(machine, ['--help']) * 1000:6.0f} ms of processor time (bound: 50)")
        dry = processor_time(machine, ["--playbook", "tree", "--dry-run"])
        print(f"  recover ... --dry-run          {dry * 1000:6.0f} ms of processor time (bound: 300)", flush=True)
        _, small = whole_run(machine)
        print(f"  peak memory, {len(machine.newest):6} files     {small:6.1f} MiB (bound: 64)", flush=True)
    with Machine() as machine:
        proof.measure(machine, PAIRS)
    with Machine() as machine:
        verify.measure(machine, PAIRS)
    with Machine() as machine:
        salvage.measure(machine, PAIRS, FILES)
    with Machine() as machine:
        many_files.back_up(machine, FILES)
        ratios = []
        for pair in range(PAIRS):
            ours, memory = whole_run(machine)
            if pair == 0:
                files = len(machine.tree())
                print(f"  peak memory, {files:6} files     {memory:6.1f} MiB (bound: 64)", flush=True)
            hand = typed_by_hand(machine)
            ratios.append(ours / hand)
            print(f"  run {ours:5.1f} s, by hand {hand:5.1f} s, ratio {ours / hand:.3f}", flush=True)
        print(f"  whole run / typed by hand      {statistics.median(ratios):6.3f} median of {PAIRS} (bound: 1.05)")
    print("1 passed, 0 failed, 0 skipped")


sys.exit(main())
