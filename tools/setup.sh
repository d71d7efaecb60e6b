#!/usr/bin/env bash
# Install what is missing, and nothing else. Run by make, with the parts that are wanted:
#
#   tools/setup.sh PART...
#
#   program    .venv with the locked packages, `.venv/bin/beatway`, and the page's libraries
#   database   PostgreSQL with PostGIS, unless BEATWAY_DATABASE_URL names one
#   test-database   likewise, and BEATWAY_TEST_DATABASE_URL
#   tests      the locked packages of tests, linters and benchmarks
#   browser    Chromium, to test the page with
#   learning   what `beatway triage train` needs beside the program
#   peer       an environment with the server of tiles that ours is measured beside
#   gis-client GDAL's ogr2ogr, to test /ogc with a program that people use it from
#   nominatim  osm2pgsql, and an environment with a real Nominatim, which tests ask for addresses
#
# What it did it notes in .setup/ with the hash of what it did it from, so that the next run is quick.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
notes=.setup
oldest="3.11"

say() { printf '\033[1m» %s\033[0m\n' "$*"; }
give_up() { printf '\n\033[1;31mSet-up stopped.\033[0m %s\n' "$*" >&2; exit 1; }

hash_of() { if command -v sha256sum > /dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi | cut -d" " -f1 | tr -d "\n"; }
is_done() { [ "$(cat "$notes/$1" 2>/dev/null)" = "$2" ]; }
note() { mkdir -p "$notes"; printf '%s' "$2" > "$notes/$1"; }

# --- the operating system's packages --------------------------------------------------------------

os_id() { (. /etc/os-release 2>/dev/null && echo "${ID:-unknown}") || echo unknown; }

# Whether we may install Debian's or Ubuntu's packages; says why not.
may_install() {
    if ! command -v apt-get > /dev/null; then
        echo "This is not Debian or Ubuntu, so it cannot be installed for you."
        return 1
    fi
    if [ "$(id -u)" = 0 ]; then return 0; fi
    if ! command -v sudo > /dev/null; then
        echo "Installing it needs root or sudo, and this is neither."
        return 1
    fi
    if ! sudo -n true 2> /dev/null && ! [ -t 0 ]; then
        echo "Installing it needs sudo, which wants a password and has no terminal to ask in."
        return 1
    fi
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

updated=no
apt_update() {
    [ "$updated" = yes ] || as_root apt-get -q -o DPkg::Lock::Timeout=300 update
    updated=yes
}

apt_install() {
    say "Installing $*"
    apt_update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 install "$@"
}

# --- Python and its packages ----------------------------------------------------------------------

new_enough() { "$1" -c "import sys; sys.exit(sys.version_info[:2] < (${oldest/./, }))" 2> /dev/null; }

find_python() {
    local name
    for name in ${BEATWAY_PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" > /dev/null && new_enough "$name"; then command -v "$name"; return; fi
    done
    return 1
}

make_venv() {
    # One that was copied or moved here still points to where it came from.
    if new_enough "$venv/bin/python" && { [ ! -e "$notes/place" ] || is_done place "$PWD"; }; then
        note place "$PWD"
        return
    fi
    local python why package
    if ! python=$(find_python); then
        why=$(may_install) || give_up "Beatway needs Python $oldest or newer. $why
Install one (python.org, your distribution, Homebrew), or name it with BEATWAY_PYTHON."
        apt_install python3
        python=$(find_python) || give_up "Beatway needs Python $oldest or newer, and this release's is older ($(python3 --version 2>&1)).
Install a newer one beside it, and name it with BEATWAY_PYTHON."
    fi
    if ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
        package=python3-venv
        [ "$python" = /usr/bin/python3 ] || package="$(basename "$python")-venv"
        why=$(may_install) || give_up "$python cannot make virtual environments. $why
On Debian and Ubuntu: apt-get install $package"
        apt_install "$package"
    fi
    say "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
    rm -rf "$notes"
    note place "$PWD"
}

pip_install() { "$venv/bin/python" -m pip --disable-pip-version-check install --quiet "$@"; }

install_locked() { # name, lock
    local hash; hash=$(hash_of "$2")
    if is_done "$1" "$hash"; then return; fi
    say "Installing Python packages of $2"
    pip_install --require-hashes --requirement "$2"
    note "$1" "$hash"
}

install_program() {
    # The lock of tests has every package of the program's, in the same version.
    is_done dev "$(hash_of requirements-dev.lock)" || install_locked runtime requirements.lock
    local hash; hash=$(hash_of pyproject.toml)
    if is_done program "$hash" && [ -x "$venv/bin/beatway" ]; then return; fi
    pip_install --no-deps --no-build-isolation --editable .
    note program "$hash"
}

install_peer() {
    local hash folder=.setup/peer
    hash=$(hash_of requirements-peer.lock)
    if is_done peer-packages "$hash" && [ -x "$folder/bin/python" ]; then return; fi
    say "Installing Python packages of requirements-peer.lock"
    "$venv/bin/python" -m venv --clear "$folder"
    "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes \
        --requirement requirements-peer.lock
    note peer-packages "$hash"
}

# --- the page's libraries -------------------------------------------------------------------------

find_npm() {
    local folder
    for folder in "$(dirname "$(command -v npm || echo /)")" "$venv/bin"; do
        if PATH="$folder:$PATH" "$folder/npm" --version > /dev/null 2>&1; then echo "$folder"; return; fi
    done
    return 1
}

copy_page_libraries() {
    local hash to=app/web/vendor/maplibre-gl from=node_modules/maplibre-gl npm
    hash=$(hash_of package-lock.json tools/setup.sh)
    if is_done page "$hash" && [ -f "$to/maplibre-gl.mjs" ]; then return; fi
    if ! npm=$(find_npm); then
        say "This machine has no npm: installing one into $venv"
        pip_install --require-hashes --requirement requirements-node.lock
        npm="$venv/bin"
    fi
    say "Fetching the page's libraries"
    PATH="$PWD/$venv/bin:$PATH" # for npm's own `node`, where it comes from there
    [ "$npm" = "$venv/bin" ] || PATH="$npm:$PATH"
    "$npm/npm" ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
    mkdir -p "$to"
    cp "$from"/dist/{maplibre-gl.mjs,maplibre-gl-worker.mjs,maplibre-gl.css} "$from/LICENSE.txt" "$to/"
    # The API's documentation: a page of it from elsewhere would need the network and a weaker policy.
    to=app/web/vendor/swagger-ui from=node_modules/swagger-ui-dist
    mkdir -p "$to"
    cp "$from"/{swagger-ui-bundle.js,swagger-ui.css,LICENSE,NOTICE} "$to/"
    # Charts, and the fonts with Cyrillic letters that figures are printed in.
    to=app/web/vendor/uplot from=node_modules/uplot
    mkdir -p "$to"
    cp "$from"/dist/{uPlot.esm.js,uPlot.min.css} "$from/LICENSE" "$to/"
    to=app/web/vendor/dejavu from=node_modules/dejavu-fonts-ttf
    mkdir -p "$to"
    cp "$from"/ttf/{DejaVuSans.ttf,DejaVuSans-Bold.ttf} "$from/LICENSE" "$to/"
    note page "$hash"
}

# --- PostgreSQL with PostGIS ----------------------------------------------------------------------

names_database() { # settings
    local name
    for name in "$@"; do
        if [ -n "${!name:-}" ] || grep -qsE "^[[:space:]]*(export +)?$name=." .env; then return 0; fi
    done
    return 1
}

newest_postgis() {
    apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -V | tail -n1
}

install_database() {
    local why package settings=/etc/postgresql-common/createcluster.d/beatway-setup.conf
    if "$venv/bin/python" -m app.postgres_programs > /dev/null 2>&1; then return; fi
    why=$(may_install) || give_up "$("$venv/bin/python" -m app.postgres_programs 2>&1 || true)
$why"
    apt_update
    package=$(newest_postgis)
    [ -n "$package" ] || give_up "This release has no package postgresql-NN-postgis-3.
Install PostgreSQL with PostGIS by hand, or name a database with BEATWAY_DATABASE_URL."
    # Debian starts a server of its own on port 5432 when it installs one; nobody asked for that.
    as_root mkdir -p "$(dirname "$settings")"
    echo 'create_main_cluster = false' | as_root tee "$settings" > /dev/null
    trap 'as_root rm -f "$settings"' EXIT
    apt_install "$package"
    as_root rm -f "$settings"
    trap - EXIT
    "$venv/bin/python" -m app.postgres_programs > /dev/null
}

# --- Chromium -------------------------------------------------------------------------------------

install_browser() {
    local why
    if ! "$venv/bin/playwright" --version > /dev/null 2>&1; then
        # What drives the browser is a Node.js of its own, linked to a library that bare machines lack.
        why=$(may_install) || give_up "Playwright does not start: $("$venv/bin/playwright" --version 2>&1 | head -n1)
$why"
        apt_install libatomic1
    fi
    if "$venv/bin/python" tools/chromium.py > /dev/null; then return; fi
    if [ "$(os_id)" = ubuntu ]; then
        # Ubuntu's package is an empty one that installs a snap, which cannot run in a container.
        say "Ubuntu has Chromium only as a snap: asking Playwright for its own"
        if as_root "$PWD/$venv/bin/playwright" install-deps chromium \
            && "$venv/bin/playwright" install chromium; then return; fi
        give_up "The tests of the page need Chromium, and Playwright's could not be installed.
Install one (snap install chromium, or Chrome's own package), or name one with BEATWAY_CHROMIUM."
    fi
    why=$(may_install) || give_up "The tests of the page need Chromium. $why
Install Chromium or Chrome, or name one with BEATWAY_CHROMIUM."
    # It comes without fonts; these have Cyrillic letters.
    apt_install chromium fonts-dejavu-core
    "$venv/bin/python" tools/chromium.py > /dev/null \
        || give_up "The package chromium brought no browser; name one with BEATWAY_CHROMIUM."
}

# --- GDAL's programs ------------------------------------------------------------------------------

install_gis_client() {
    local why
    if command -v ogr2ogr > /dev/null; then return; fi
    why=$(may_install) || give_up "The tests of /ogc need ogr2ogr. $why
Install GDAL's programs (gdal-bin)."
    apt_install gdal-bin
}

# --- Nominatim ------------------------------------------------------------------------------------

install_nominatim() {
    local hash why folder=.setup/nominatim build=.setup/nominatim-build.lock
    if ! command -v osm2pgsql > /dev/null; then
        why=$(may_install) || give_up "The tests of outside geocoders need osm2pgsql. $why"
        apt_install osm2pgsql
    fi
    hash=$(hash_of requirements-nominatim.lock)
    if is_done nominatim-packages "$hash" && [ -x "$folder/bin/nominatim" ]; then return; fi
    if ! { command -v c++ && pkg-config --exists icu-i18n; } > /dev/null 2>&1; then
        why=$(may_install) || give_up "PyICU, which Nominatim needs, is built from source: that takes a C++ compiler, pkg-config and ICU's headers. $why"
        apt_install g++ pkg-config libicu-dev
    fi
    if ! "$venv/bin/python" -c 'import pathlib, sysconfig, sys
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())'; then
        why=$(may_install) || give_up "PyICU, which Nominatim needs, is built from source: that takes Python's headers. $why"
        apt_install python3-dev
    fi
    say "Installing Python packages of requirements-nominatim.lock"
    "$venv/bin/python" -m venv --clear "$folder"
    # What PyICU is built with comes first, and is locked like the rest: nothing is fetched aside.
    awk '/^[^ ]/ { wanted = /^(setuptools|wheel|packaging)==/ } wanted' requirements-nominatim.lock > "$build"
    "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes \
        --requirement "$build"
    "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes \
        --no-build-isolation --requirement requirements-nominatim.lock
    note nominatim-packages "$hash"
}

# --------------------------------------------------------------------------------------------------

for part in "$@"; do
    case $part in
        program) make_venv; install_program; copy_page_libraries ;;
        tests) make_venv; install_locked dev requirements-dev.lock; install_program ;;
        database) names_database BEATWAY_DATABASE_URL || install_database ;;
        test-database) names_database BEATWAY_TEST_DATABASE_URL || install_database ;;
        browser) install_browser ;;
        learning) make_venv; install_locked learning requirements-learning.lock ;;
        peer) make_venv; install_peer ;;
        gis-client) install_gis_client ;;
        nominatim) make_venv; install_nominatim ;;
        *) give_up "there is no part called $part" ;;
    esac
done
