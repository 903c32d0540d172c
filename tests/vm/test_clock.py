# SPDX-License-Identifier: GPL-3.0-or-later
"""The rescue system's clock is years ahead, and jumps back while a machine is recovered, as a wrong battery or a time
server does it: no deadline may pass by it, and nothing is taken for older or newer than it is.

A jump ahead in the middle of a job is another matter: Bacula's own watchdog ends the job then ("sending kill after
372734043 secs"), and the fallback restores.
"""

from . import layouts
from .case import NOT_FINISHED
from .disaster import Machine
from .test_layouts import FALLBACK_PATH, LayoutTest

# Each a few seconds behind the last: in the choice of the backup, the restore, and what comes after it.
_JUMPS = """\
date --set '2031-01-01 12:00:00'
(for moment in '2026-10-25 02:59:58' '2001-06-01 12:00:00' '1999-12-31 23:59:58' '1970-01-02 00:00:00'; do
  sleep 5
  date --set "$moment"
done) &
exec "$@"
"""


class Clock(LayoutTest):
    def test_it_jumps_while_the_machine_is_recovered(self):
        machine = Machine(layouts.PLAIN, self.folder)
        machine.lose()
        ran = machine.rescue(restore=["sh", "-c", _JUMPS, "sh", *machine.restore(*FALLBACK_PATH)])["restore"]
        self.assert_exit(ran, NOT_FINISHED)
        self.assertIn("2001", ran.out)  # they were made while it ran
        self.assert_nothing_left(ran)
        self.assert_restored(machine)
