# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong behind the restore, on the way to a machine that boots: told in the tool's own words, nothing left
mounted, and mended by hand and `--resume`.

All begin on one machine, restored as far as its ESP, which is full.
"""

import tempfile
from pathlib import Path

from . import layouts, work
from .case import FAILED, NOT_FINISHED
from .disaster import Machine
from .test_layouts import FALLBACK_PATH, LayoutTest

_FILL_ESP = """
rm -r "$MACHINE/boot/efi/EFI/debian"
dd if=/dev/zero of="$MACHINE/boot/efi/filler" bs=1M || true
dd if=/dev/zero of="$MACHINE/boot/efi/filler.2" bs=512 || true
"""
_MEND_ESP = 'rm "$MACHINE"/boot/efi/filler*\n'
_BREAK_INSTALL = """
mv "$MACHINE/usr/sbin/grub-install" "$MACHINE/usr/sbin/grub-install.good"
cat >"$MACHINE/usr/sbin/grub-install" <<'END'
#!/bin/sh
echo "grub-install: error: the moon is full." >&2
exit 1
END
chmod +x "$MACHINE/usr/sbin/grub-install"
"""
_MEND_INSTALL = 'mv "$MACHINE/usr/sbin/grub-install.good" "$MACHINE/usr/sbin/grub-install"\n'
_WRONG_UUID = "00000000-dead-4bad-8bad-000000000000"
_BREAK_MKCONFIG = f"""
mv "$MACHINE/usr/sbin/grub-mkconfig" "$MACHINE/usr/sbin/grub-mkconfig.good"
cat >"$MACHINE/usr/sbin/grub-mkconfig" <<'END'
#!/bin/sh
grub-mkconfig.good "$@"
sed -i s/{layouts.ROOT_UUID}/{_WRONG_UUID}/ /boot/grub/grub.cfg
END
chmod +x "$MACHINE/usr/sbin/grub-mkconfig"
"""
_MEND_MKCONFIG = 'mv "$MACHINE/usr/sbin/grub-mkconfig.good" "$MACHINE/usr/sbin/grub-mkconfig"\n'
_TAKE_KERNEL = 'mkdir "$MACHINE/var/tmp/kernel"\nmv "$MACHINE"/boot/vmlinuz-* "$MACHINE/var/tmp/kernel"\n'
_GIVE_KERNEL = 'mv "$MACHINE"/var/tmp/kernel/* "$MACHINE/boot"\n'


class Mishaps(LayoutTest):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(work.folder())
        cls.machine = Machine(layouts.PLAIN, folder / "machine")
        cls.machine.lose(before=_FILL_ESP)
        cls.full = cls.machine.rescue(restore=cls.machine.restore(*FALLBACK_PATH))["restore"]
        cls.restored = Path(tempfile.mkdtemp(dir=folder))
        cls.machine.copy_to(cls.restored)

    def setUp(self):
        self.machine.back_from(self.restored)

    def resume(self, code):
        ran = self.machine.rescue(resume=self.machine.restore("--resume", *FALLBACK_PATH))["resume"]
        self.assert_exit(ran, code)
        self.assert_nothing_left(ran)
        return ran

    def fails_and_is_mended(self, damage, mend, *words):
        self.machine.mend(_MEND_ESP + damage)
        self.assert_says(self.resume(FAILED), *words)
        self.machine.mend(mend)
        self.resume(NOT_FINISHED)

    def test_esp_too_full(self):
        self.assert_exit(self.full, FAILED)
        self.assert_nothing_left(self.full)
        self.assert_says(self.full, "No space left on device")
        self.machine.mend(_MEND_ESP)
        self.resume(NOT_FINISHED)
        self.assert_restored(self.machine)

    def test_grub_install_fails(self):
        self.fails_and_is_mended(_BREAK_INSTALL, _MEND_INSTALL, "grub-install: error: the moon is full.")

    def test_grub_cfg_names_a_filesystem_that_is_not_there(self):
        self.fails_and_is_mended(_BREAK_MKCONFIG, _MEND_MKCONFIG, _WRONG_UUID)

    def test_kernel_is_missing(self):
        self.fails_and_is_mended(_TAKE_KERNEL, _GIVE_KERNEL, "kernel")
