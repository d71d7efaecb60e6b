"""Decide for every point of a CSV or Parquet file, in bounded memory."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
from numpy.typing import NDArray

from geo.decision import REASONS
from geo.index import DistrictIndex

ADDED = ("precinct", "beat", "reason")
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
UNREADABLE = "invalid"
GIVEN = "_given"
BATCH_ROWS = 65_536

Degrees = NDArray[np.float64]
Progress = Callable[[int, int], None]


class BulkFileError(ValueError):
    """The file of points cannot be read."""


def locate_file(
    index: DistrictIndex,
    source: Path,
    out: Path,
    lon_field: str,
    lat_field: str,
    progress: Progress,
) -> int:
    """Write a copy of a table with the decision for each row.

    Columns ``precinct``, ``beat`` and ``reason`` are added; one that the table has already under
    such a name is kept as ``precinct_given`` and so on.

    Parameters
    ----------
    index : DistrictIndex
    source : Path
        ``.csv`` (UTF-8, comma, header line) or ``.parquet``.
    out : Path
        The same kinds; it appears only when all of it is written.
    lon_field, lat_field : str
        Columns with degrees, EPSG:4326.
    progress : callable
        Called with rows done and, where it is known, their total.

    Returns
    -------
    int
        Rows whose coordinates are no point; their reason is ``invalid``.

    Raises
    ------
    BulkFileError
    """
    schema, total, batches = _open(source)
    for field in (lon_field, lat_field):
        if field not in schema.names:
            message = f"{source} has no column {field}; it has: {', '.join(schema.names)}"
            raise BulkFileError(message)
    # Ours have the names that users of the result rely on.
    names = [f"{name}{GIVEN}" if name in ADDED else name for name in schema.names]
    schema = pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])
    for name in ADDED:
        schema = schema.append(pa.field(name, pa.string()))
    done = invalid = 0
    unfinished = out.with_name(out.name + ".unfinished")
    try:
        with _writer(out, unfinished, schema) as writer:
            for batch in _readable(source, batches):
                lon, lat = (_degrees(batch.column(field)) for field in (lon_field, lat_field))
                added, bad = _decide(index, lon, lat)
                writer.write_batch(pa.record_batch([*batch.columns, *added], schema=schema))
                done, invalid = done + batch.num_rows, invalid + bad
                progress(done, max(total, done))
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return invalid


def _open(source: Path) -> tuple[pa.Schema, int, Iterator[pa.RecordBatch]]:
    try:
        if source.suffix.lower() == ".parquet":
            file = pa_parquet.ParquetFile(source)
            return file.schema_arrow, file.metadata.num_rows, file.iter_batches(BATCH_ROWS)
        if source.suffix.lower() == ".csv":
            with source.open(encoding="utf-8-sig", newline="") as lines:
                names = next(csv.reader(lines), [])
            # As text, so that nothing of what is copied changes: codes keep their zeros.
            reader = pa_csv.open_csv(
                source,
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
            return reader.schema, 0, iter(reader)
    except FileNotFoundError as error:
        message = f"There is no file {source}"
        raise BulkFileError(message) from error
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        message = f"{source} cannot be read: {error}"
        raise BulkFileError(message) from error
    message = f"{source} is neither .csv nor .parquet"
    raise BulkFileError(message)


def _readable(source: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except pa.ArrowException as error:
        message = f"{source} cannot be read to its end: {error}"
        raise BulkFileError(message) from error


def _writer(
    out: Path, unfinished: Path, schema: pa.Schema
) -> pa_csv.CSVWriter | pa_parquet.ParquetWriter:
    if out.suffix.lower() == ".parquet":
        return pa_parquet.ParquetWriter(unfinished, schema)
    if out.suffix.lower() == ".csv":
        return pa_csv.CSVWriter(
            unfinished, schema, write_options=pa_csv.WriteOptions(quoting_style="needed")
        )
    message = f"{out} is neither .csv nor .parquet"
    raise BulkFileError(message)


def _degrees(column: pa.Array) -> Degrees:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        readable = pc.match_substring_regex(column, NUMBER)
        trimmed = pc.utf8_trim_whitespace(column)
        column = pc.if_else(readable, trimmed, pa.scalar(None, pa.string()))
    try:
        numbers = pc.cast(column, pa.float64(), safe=False)
    except pa.ArrowException as error:
        message = f"A column of coordinates holds {column.type}, not numbers"
        raise BulkFileError(message) from error
    return np.asarray(pc.fill_null(numbers, float("nan")).to_numpy(zero_copy_only=False))


def _decide(index: DistrictIndex, lon: Degrees, lat: Degrees) -> tuple[list[pa.Array], int]:
    decisions = index.decide_many(lon, lat, errors="mark")
    # The last entry stands for "no district", which has the number -1.
    precincts = np.array([precinct for _, precinct, _ in decisions.districts] + [None], object)
    beats = np.array([beat for _, _, beat in decisions.districts] + [None], object)
    reasons = np.array([reason.value for reason in REASONS], object)[decisions.reason]
    bad = decisions.marks != 0
    reasons[bad] = UNREADABLE
    columns = (precincts[decisions.district], beats[decisions.district], reasons)
    return [pa.array(column, pa.string()) for column in columns], int(bad.sum())
