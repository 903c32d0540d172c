# SPDX-License-Identifier: GPL-3.0-or-later
"""Who listens, read from /proc: a trial connection would be one more thing in a daemon's log.

(Bacula answers one with a "Security Alert" in the next job's log.)
"""

_LISTEN = "0A"  # TCP_LISTEN in the kernel's include/net/tcp_states.h


def listening():
    """{(protocol, address as the kernel prints it, port)} of every listening socket."""
    found = set()
    for protocol in ["tcp", "tcp6"]:
        with open(f"/proc/net/{protocol}", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                _, local, _, state, *_ = line.split()
                if state == _LISTEN:
                    address, _, port = local.rpartition(":")
                    found.add((protocol, address, int(port, 16)))
    return found


def listening_ports():
    return {port for _, _, port in listening()}
