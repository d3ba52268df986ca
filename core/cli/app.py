"""Hands over to the window, the one place where the command line knows of it."""

from __future__ import annotations

import importlib
import signal
import threading
from typing import Any

from core.errors import InputError


def open_window(auditor: str | None) -> int:
    """Run the window until it is closed; its exit code. InputError app.missing where Qt cannot be loaded."""
    arguments = [] if auditor is None else ["--auditor", auditor]
    try:
        window: Any = importlib.import_module("gui.app")
    except ImportError:
        raise InputError(
            "app.missing",
            "The window cannot be opened: Qt, or a system library that it needs, is not installed.",
            "See the list of system libraries in the installation notes; every other command works without them.",
        ) from None
    if threading.current_thread() is threading.main_thread():
        # Qt's loop never lets Python hear Ctrl-C; the worker ends by itself when its window is gone
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return int(window.main(arguments))
