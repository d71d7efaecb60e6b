"""Become another program that ends when the one which started it does.

Run as a script, by path and with ``python -I -S``, so that it starts in a few milliseconds and
needs nothing but the standard library:

    launch.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT...]

Linux then sends SIGNAL when PARENT dies, however it dies. Elsewhere that is not to be had, and the
next start ends what the last one left behind. UID and GID are ``-1`` to stay who we are.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Change user, tie our life to the parent's, and run the program in our place."""
    parent, signal, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After setuid, which clears it.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:
            # It died before the line above could tell us.
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - there is no shell to be had here, on purpose


if __name__ == "__main__":
    main(sys.argv[1:])
