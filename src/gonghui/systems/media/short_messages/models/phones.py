"""What every table with a telephone number has: sealed, found by a blind index, shown masked.

The index is that of the people register, so a number is compared with a person's in the database.
"""

from __future__ import annotations

from django.db import models

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.people.models import MOBILE


def index_of(mobile: str) -> bytes:
    """The blind index under which a number is kept."""
    return keyring().blind_index(mobile, context=MOBILE)


def indexes_of(mobile: str) -> list[bytes]:
    """Every blind index a number may have been kept under."""
    return keyring().blind_indexes(mobile, context=MOBILE)


class Phone(models.Model):
    """A row about a telephone number."""

    mobile = SealedTextField("手机号码", mask=mask_mobile)
    mobile_index = models.BinaryField("手机号码索引", max_length=32)
    mobile_mask = models.CharField("手机号码", max_length=20)

    class Meta:
        abstract = True

    def put_mobile(self, mobile: str) -> None:
        """Keep a number; the caller saves."""
        self.mobile = mobile
        self.mobile_index = index_of(mobile)
        # Senders of texts may have longer numbers than phones.
        self.mobile_mask = mask_mobile(mobile)[-20:]
