"""Model field for sealed personal data; the only module of base that knows Django."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute

from gonghui.kernel.base.sealing import keyring

SEALED = "已加密"
_NOT_SEARCHABLE = "a sealed column cannot be searched: look up its blind index"

Mask = Callable[[str], str]


class Sealed:
    """A sealed text: shows its mask, gives the text only to `reveal`.

    context: "<table>.<column>". Compares by text; pickles without it.
    """

    __slots__ = ("_blob", "_text", "context", "mask")
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, context: str, blob: bytes | None, text: str | None = None, mask: Mask | None = None
    ) -> None:
        self.context = context
        self.mask = mask
        self._blob = blob
        self._text = text

    @property
    def blob(self) -> bytes:
        """The sealed bytes; a new text is sealed at the first call, once."""
        if self._blob is None:
            assert self._text is not None
            self._blob = keyring().seal(self._text, context=self.context)
        return self._blob

    def reveal(self) -> str:
        """Return the text. Raises SealingError when the blob does not open."""
        if self._text is None:
            assert self._blob is not None
            self._text = keyring().open(self._blob, context=self.context)
        return self._text

    def __str__(self) -> str:
        return self.mask(self.reveal()) if self.mask else SEALED

    def __repr__(self) -> str:
        return f"<Sealed {self.context}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        return self.reveal() == other.reveal()

    def __reduce__(self) -> tuple[Any, ...]:
        return Sealed, (self.context, self.blob, None, self.mask)


class _SealedAttribute(DeferredAttribute):
    """Turns whatever is assigned into a `Sealed`."""

    field: SealedTextField

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.sealed(value)


class _ExactlyNothing(Exact):
    """`column=None`, which Django turns into `column__isnull=True`."""

    def get_prep_lookup(self) -> None:
        if self.rhs is not None:
            raise FieldError(_NOT_SEARCHABLE)


class SealedTextField(models.BinaryField):
    """A text sealed in the column (SM4-GCM), a `Sealed` on the instance.

    Assign str for a new text, bytes for a blob sealed elsewhere (bulk import), None for nothing.
    mask: how the text shows, for instance `masking.mask_id`; without it as 已加密. context: what
    the blobs are bound to, by default "<table>.<column>"; name the old one when either is
    renamed, or the blobs stop opening. Cannot be searched: look up a blind index beside it.
    """

    description = "加密文本"
    descriptor_class = _SealedAttribute

    def __init__(
        self, *args: Any, mask: Mask | None = None, context: str = "", **kwargs: Any
    ) -> None:
        self.mask = mask
        self._context = context
        super().__init__(*args, **kwargs)

    @property
    def context(self) -> str:
        """What the blobs of this column are bound to."""
        return self._context or f"{self.model._meta.db_table}.{self.column}"

    def sealed(self, value: Any) -> Any:
        """Return a value as this column's `Sealed`; None and database expressions as they are.

        Raises TypeError for other types.
        """
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, Sealed):
            if value.context == self.context:
                return value
            return Sealed(self.context, None, value.reveal(), self.mask)
        if isinstance(value, str):
            return Sealed(self.context, None, value, self.mask)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return Sealed(self.context, bytes(value), None, self.mask)
        raise TypeError(f"{self.name} takes str, sealed bytes or None")

    def deconstruct(self) -> Any:
        """Leave the mask out: it does not concern the table."""
        name, path, args, kwargs = super().deconstruct()
        if self._context:
            kwargs["context"] = self._context
        return name, path, args, kwargs

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow tests for nothing only. Raises FieldError for others.

        Two seals of one text differ, so any other look-up could only ever miss.
        """
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        if lookup_name == "exact":
            return _ExactlyNothing
        raise FieldError(_NOT_SEARCHABLE)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        """Wrap the column's bytes; nothing is opened yet."""
        return None if value is None else Sealed(self.context, bytes(value), None, self.mask)

    def get_prep_value(self, value: Any) -> Any:
        """Return the bytes for the column."""
        value = self.sealed(value)
        return value.blob if isinstance(value, Sealed) else value

    def to_python(self, value: Any) -> Any:
        """Read a fixture's base64; other values as on assignment."""
        if isinstance(value, str):
            return self.sealed(base64.b64decode(value, validate=True))
        return self.sealed(value)

    def value_to_string(self, obj: models.Model) -> str:
        """Return the sealed bytes in base64, for fixtures."""
        value = self.value_from_object(obj)
        return "" if value is None else base64.b64encode(value.blob).decode()
