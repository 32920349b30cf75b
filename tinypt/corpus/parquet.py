"""Parquet, of which only the columns that a record uses are read."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from tinypt.corpus.records import NAMES, Row
from tinypt.runtime.errors import PipelineError


def read_parquet(path: Path, raw: BinaryIO, text_column: str, start: int, counts: Counter[str]) -> Iterator[Row]:
    """Rows of a file from row `start` on, with bytes in place of strings.

    Raises:
        PipelineError: the text column is missing, there twice, or of a type that holds no text.
    """
    file = pq.ParquetFile(raw)
    schema = file.schema_arrow
    if text_column not in schema.names:
        known = ", ".join(schema.names)
        raise PipelineError(f"{path}: no column {text_column}; it has {known}: correct corpus.text_column")
    if schema.names.count(text_column) > 1:
        raise PipelineError(f"{path}: has several columns {text_column}; rename all but one")
    if not _holds_text(schema.field(text_column).type):
        kind = str(schema.field(text_column).type)[:100]
        raise PipelineError(f"{path}: the column {text_column} is {kind}, not text; correct corpus.text_column")
    group = 0
    while group < file.num_row_groups and start >= file.metadata.row_group(group).num_rows:
        start -= file.metadata.row_group(group).num_rows
        group += 1
    columns = [text_column, *_named(schema)]
    for batch in file.iter_batches(batch_size=1024, row_groups=range(group, file.num_row_groups), columns=columns):
        plain = [column.cast(_as_bytes(column.type)) for column in batch.columns]
        yield from pa.RecordBatch.from_arrays(plain, batch.schema.names).slice(start).to_pylist()
        start = max(start - len(batch), 0)


def _as_bytes(type: pa.DataType) -> pa.DataType:
    """The type with bytes in place of strings: what is not UTF-8 then concerns one row only."""
    if pa.types.is_dictionary(type):
        return _as_bytes(type.value_type)
    if pa.types.is_list(type):
        return pa.list_(_as_bytes(type.value_type))
    if pa.types.is_large_list(type):
        return pa.large_list(_as_bytes(type.value_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_as_bytes(field.type)) for field in type])
    if pa.types.is_string_view(type):
        return pa.binary_view()
    return pa.binary() if pa.types.is_string(type) else pa.large_binary() if pa.types.is_large_string(type) else type


def _holds_text(type: pa.DataType) -> bool:
    """Whether a column can hold text in one of the published shapes (see `from_mapping`)."""
    if pa.types.is_dictionary(type) or pa.types.is_list(type) or pa.types.is_large_list(type):
        return _holds_text(type.value_type)
    if pa.types.is_struct(type):
        return type.get_field_index("paragraphs") >= 0 and _holds_text(type.field("paragraphs").type)
    return any(is_kind(type) for is_kind in _TEXT_TYPES)


_TEXT_TYPES = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_null),
)


def _named(schema: pa.Schema) -> list[str]:
    """The columns with ids, titles and addresses. No other is read: a fault in it is none of ours."""
    top = [field.name for field in schema if field.name in NAMES and not _unprintable(field.type)]
    meta = schema.field("meta").type if "meta" in schema.names else pa.null()
    fields = [meta.field(place) for place in range(meta.num_fields)] if pa.types.is_struct(meta) else []
    return top + [f"meta.{field.name}" for field in fields if field.name in NAMES and not _unprintable(field.type)]


def _unprintable(type: pa.DataType) -> bool:
    return bool(pa.types.is_nested(type) or pa.types.is_temporal(type))
