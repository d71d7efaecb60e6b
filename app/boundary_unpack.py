"""Unpack a zipped boundary file, trusting nothing that the archive says of itself."""

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from app.boundary_error import BoundaryFileError

DATA_SUFFIXES = frozenset({".shp", ".gpkg", ".geojson", ".json"})
PART_SUFFIXES = frozenset({".shx", ".dbf", ".prj", ".cpg"})
MAX_MEMBERS = 2_000
CHUNK = 1 << 20
MEGABYTE = 1_000_000


def unpack(archive: Path, folder: Path, max_unpacked_mb: float) -> Path:
    """Unpack the one data set of a zip file.

    Parameters
    ----------
    archive : Path
    folder : Path
        Empty; only the parts of the data set are written to it, under plain names.
    max_unpacked_mb : float
        Megabytes that may come out of it, counted as they come.

    Returns
    -------
    Path
        The `.shp`, `.gpkg` or GeoJSON file in `folder`.

    Raises
    ------
    BoundaryFileError
        Damaged, encrypted, too large, with names that lead out of it, or with no data set or
        several.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked_members(opened, archive.name)
            data = _the_data_set(members, archive.name)
            stem = PurePosixPath(data).with_suffix("")
            left = int(max_unpacked_mb * MEGABYTE)
            for name, member in members.items():
                path = PurePosixPath(name)
                if path.with_suffix("") == stem and path.suffix.lower() in _parts_of(data):
                    target = folder / f"data{path.suffix.lower()}"
                    left = _copy(opened, member, target, left, archive.name)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        raise BoundaryFileError(
            f"{archive.name} is damaged or cut short: {error}.",
            "Copy or download it again.",
            kind="damaged",
        ) from error
    except NotImplementedError as error:
        raise BoundaryFileError(
            f"{archive.name} is packed in a way that cannot be read: {error}.",
            "Pack it again as an ordinary zip.",
            kind="damaged",
        ) from error
    return folder / f"data{PurePosixPath(data).suffix.lower()}"


def _checked_members(opened: zipfile.ZipFile, archive: str) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    listed = opened.infolist()
    if len(listed) > MAX_MEMBERS:
        raise BoundaryFileError(
            f"{archive} holds {len(listed)} files, more than {MAX_MEMBERS}.", kind="too_large"
        )
    for member in listed:
        name = member.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise BoundaryFileError(
                f"{archive} holds a file whose name leads out of the archive: {name!r}.",
                "Do not open it; ask where it came from.",
                kind="unsafe",
            )
        if member.is_dir() or path.parts[0] == "__MACOSX":
            continue
        if path.suffix.lower() not in DATA_SUFFIXES | PART_SUFFIXES:
            continue
        if member.flag_bits & 1:
            raise BoundaryFileError(
                f"{archive} is encrypted.", "Pack it without a password.", kind="encrypted"
            )
        if name in found:
            raise BoundaryFileError(f"{archive} holds {name!r} twice.", kind="damaged")
        found[name] = member
    return found


def _the_data_set(members: dict[str, zipfile.ZipInfo], archive: str) -> str:
    sets = [name for name in members if PurePosixPath(name).suffix.lower() in DATA_SUFFIXES]
    if not sets:
        raise BoundaryFileError(
            f"{archive} holds no boundaries.",
            "It needs a .shp, .gpkg or .geojson file.",
            kind="not_geo",
        )
    if len(sets) > 1:
        raise BoundaryFileError(
            f"{archive} holds several data sets: {', '.join(sorted(sets))}.",
            "Pack the one you mean by itself.",
            kind="layers",
        )
    return sets[0]


def _parts_of(data: str) -> frozenset[str]:
    suffix = PurePosixPath(data).suffix.lower()
    return PART_SUFFIXES | {suffix} if suffix == ".shp" else frozenset({suffix})


def _copy(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, archive: str
) -> int:
    # The size an archive gives for its member may be a lie, so the bytes are counted.
    with opened.open(member) as packed, target.open("wb") as plain:
        while chunk := packed.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise BoundaryFileError(
                    f"{archive} unpacks to more than is allowed.",
                    "If it is to be trusted, raise the limit (max_unpacked_mb).",
                    kind="too_large",
                )
            plain.write(chunk)
    return left
