"""Sees to the system libraries that Qt and the compiled kernels load: installs them where it can, else names them.

    python packaging/system_libraries.py [--window]

Qt from the package index brings Qt itself and leaves the graphics and font libraries to the system; without them even
a program that draws nothing on a screen does not start. --window adds what a window on an X11 screen needs. Exit code 0
if everything loads in the end, 1 with one plain sentence otherwise. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

# Shared library that must load -> the Debian and Ubuntu package that has it.
BASE = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgomp.so.1": "libgomp1",
}
WINDOW = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing(wanted: dict[str, str]) -> list[str]:
    """Packages of those libraries that do not load here, in order, none twice."""
    packages: dict[str, None] = {}
    for library, package in wanted.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages[package] = None
    return list(packages)


def privilege() -> list[str] | None:
    """The words before apt-get that make it work without a question, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def install(packages: list[str], prefix: list[str]) -> None:
    """Install with apt-get, without questions; what did not work shows in the next look at what is missing."""
    print(f"Installing system libraries that Qt loads: {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        subprocess.run([*prefix, "apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main(arguments: list[str]) -> int:
    """See to it, and say what was done or what is left to do."""
    if not sys.platform.startswith("linux"):
        return 0
    wanted = {**BASE, **WINDOW} if "--window" in arguments else BASE
    packages = missing(wanted)
    prefix = privilege()
    if packages and prefix is not None:
        install(packages, prefix)
        packages = missing(wanted)
    if not packages:
        return 0
    print(
        "System libraries that Qt loads are missing and cannot be installed from here. On Debian or Ubuntu, ask an "
        f"administrator for: apt-get install --no-install-recommends {' '.join(packages)}",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
