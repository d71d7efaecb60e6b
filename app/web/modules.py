"""Which modules a page loads in the end: so that it can ask for all at once.

A browser finds out what a module imports only when it has it; a chain of ten is ten turns to the
server and back before a page can begin.
"""

import re
from functools import cache
from pathlib import Path

# What follows `import` or `export … from` at the beginning of a line; comments and what is loaded
# later, `import(…)`, are not meant.
_IMPORTED = re.compile(r"^(?:import|export)\b(?:[^'\";()]*?\bfrom)?\s*'(\.[^']+)'", re.MULTILINE)


@cache
def reached(folder: Path, entry: str) -> tuple[str, ...]:
    """Return the modules that one imports, and those that these import, nearest first.

    Libraries, below `vendor/`, are one file each and lie elsewhere.

    Parameters
    ----------
    folder : Path
        Where all of them lie.
    entry : str
        Path of a module in it.

    Returns
    -------
    tuple of str
        Paths in the folder, without `entry`.

    Raises
    ------
    FileNotFoundError
        When one imports what is not there.
    """
    found = [entry]
    # The list grows while it is gone through.
    for name in found:
        if name.startswith("vendor/"):
            continue
        source = folder / name
        for imported in _IMPORTED.findall(source.read_text("utf-8")):
            path = (source.parent / imported).resolve().relative_to(folder.resolve()).as_posix()
            if path not in found:
                found.append(path)
    return tuple(found[1:])
