"""Which machine it is, and which software: what a figure means nothing without."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path


def described() -> Mapping[str, str | int]:
    """Return the machine for the reader of the figures."""
    return {
        "cpu": _cpu(),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": _node(),
    }


def _cpu() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        return "none"
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603  # a fixed command
