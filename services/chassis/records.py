"""What a fetch holds, read whatever its writer put there: aiokafka fails on a header whose name is no UTF-8, and Kafka takes such a record.

It fails in the middle of a fetch of several partitions, and what it had taken out of the others by then is gone for this consumer (D83).
"""

from collections.abc import Iterator
from typing import Any, Self

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _Fetched(_MemoryRecordsPy):  # type: ignore[misc]  # aiokafka is untyped
    """The batches of a fetch."""

    def next_batch(self, *_bounds: int) -> "_Batch | None":
        """The next one, if there is any."""
        raw = self._next_slice
        batch = super().next_batch()
        return None if batch is None else _Batch(batch, raw)


class _Batch:
    """A batch as aiokafka reads it; from the record on that it cannot read, a slower reader that can takes its place."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except UnicodeDecodeError:
            yield from _Spelled(self._raw)  # from its beginning: what was given already, the fetcher passes over

    def __next__(self) -> Any:
        return next(self._batch)


class _Spelled(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka is untyped
    """A batch whose headers' names are spelled with a sign in place of what is no UTF-8."""

    def __iter__(self) -> Self:
        super().__iter__()
        self._buffer: bytearray = _Text(self._buffer)
        return self


class _Text(bytearray):
    """Bytes of which every part can be read as text."""

    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _Text(part) if isinstance(at, slice) else part

    def decode(self, encoding: str = "utf-8", _errors: str = "strict") -> str:
        """The text, with U+FFFD for what is none."""
        return super().decode(encoding, "replace")


def read_whatever_comes() -> None:
    """Let all consumers of this process do so."""
    fetcher.MemoryRecords = _Fetched
