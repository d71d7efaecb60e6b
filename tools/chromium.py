"""Find a Chromium (or Chrome) to test the page with; as a script, print its path."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Where `playwright install chromium` puts one.
DOWNLOADED = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
# No sandbox: root has none in a container, and the page tested is our own. The rest keeps it from
# calling home and lets WebGL draw without a graphics card.
ARGUMENTS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


def find_chromium() -> str | None:
    """Return the path of the browser that `BEATWAY_CHROMIUM` names, or else of the first found."""
    if named := os.environ.get("BEATWAY_CHROMIUM"):
        return shutil.which(named)
    installed = (shutil.which(name) for name in NAMES)
    applications = (path for path in APPLICATIONS if Path(path).exists())
    downloaded = (str(path) for pattern in DOWNLOADED for path in sorted(Path.home().glob(pattern)))
    return next(
        (path for found in (installed, applications, downloaded) for path in found if path), None
    )


if __name__ == "__main__":
    browser = find_chromium()
    if browser is None:
        sys.exit(1)
    print(browser)
