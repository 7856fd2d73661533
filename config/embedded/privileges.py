"""What must a child process become before its program starts?

It dies with its parent, and PostgreSQL, which refuses to run as root, sees itself as `nobody`: inside a user namespace
of one uid, so that no user is created, no permission is widened and the files stay root's. Where namespaces are refused
(hardened containers), the binaries are copied to where everyone may traverse and the process becomes `nobody` for real.
"""

import ctypes
import functools
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
UNPRIVILEGED = "nobody"


def die_with_parent(sig: int) -> None:
    """Ask the kernel to send us `sig` when our parent ends, even by kill -9. Linux only; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0)


def _into_namespace(uid: int, gid: int) -> None:
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{gid} 0 1")


def ordinary(sig: int) -> Callable[[], None]:
    """A `preexec_fn`: only die with the parent."""
    return functools.partial(die_with_parent, sig)


@functools.cache
def namespaces_allowed() -> bool:
    """May this root process make a user namespace? Found out by doing it in a child."""
    who = pwd.getpwnam(UNPRIVILEGED)
    try:
        subprocess.run(
            ["/bin/sh", "-c", "true"],
            preexec_fn=lambda: _into_namespace(who.pw_uid, who.pw_gid),
            check=True,
        )
    except (OSError, subprocess.SubprocessError, AttributeError):
        return False
    return True


@dataclass(frozen=True)
class Unrooted:
    """How to run PostgreSQL for this user: the binaries and folders to use and how to start a child."""

    bin: Path
    home: Path  # holds the cluster and its socket
    setuid: bool = False

    def popen_arguments(self, sig: int) -> dict:
        """Keyword arguments for `subprocess.Popen`; `sig` is sent when the parent ends."""
        if self.setuid:
            who = pwd.getpwnam(UNPRIVILEGED)
            return {
                "user": who.pw_uid,
                "group": who.pw_gid,
                "extra_groups": [],
                "preexec_fn": ordinary(sig),
                "cwd": "/",
            }
        if os.geteuid() != 0:
            return {"preexec_fn": ordinary(sig)}
        who = pwd.getpwnam(UNPRIVILEGED)

        def become() -> None:
            _into_namespace(who.pw_uid, who.pw_gid)
            die_with_parent(sig)  # after the change, which clears it

        return {"preexec_fn": become}

    def give(self, folder: Path) -> None:
        """Let the server own this folder."""
        if self.setuid:
            who = pwd.getpwnam(UNPRIVILEGED)
            os.chown(folder, who.pw_uid, who.pw_gid)


def for_postgres(bin_folder: Path, home: Path, *, namespaces: bool | None = None) -> Unrooted:
    """Choose the way for this user. `namespaces=False` forces the copy, for tests of that way."""
    if os.geteuid() != 0:
        return Unrooted(bin_folder, home)
    if sys.platform != "linux":
        raise PermissionError("PostgreSQL refuses to run as root: start ./dev as an ordinary user.")
    if namespaces_allowed() if namespaces is None else namespaces:
        return Unrooted(bin_folder, home)
    return _copied(bin_folder, home)


def _copied(bin_folder: Path, home: Path) -> Unrooted:
    """Binaries and cluster below /var/tmp, one folder per home, where `nobody` can reach them."""
    public = Path("/var/tmp") / f"pilotage-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"  # noqa: S108
    public.mkdir(mode=0o755, exist_ok=True)
    if public.is_symlink() or public.stat().st_uid != 0:
        raise PermissionError(f"{public} belongs to someone else; remove it.")
    install = bin_folder.parent
    if install.is_relative_to("/usr"):
        return Unrooted(bin_folder, public, setuid=True)
    stamp = hashlib.sha256(f"{install}{(bin_folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = public / f"programs-{stamp}"
    if not target.exists():
        part = target.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(install, part / "package" / install.name, symlinks=True)
        libraries = install.parent.with_name(install.parent.name + ".libs")  # found by a relative rpath
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        part.chmod(0o755)
        part.rename(target)
    return Unrooted(target / "package" / install.name / "bin", public, setuid=True)
