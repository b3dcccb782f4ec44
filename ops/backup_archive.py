"""The file of a backup: a zip with a checksum of each part and a checksum of the whole.

about.json holds the checksums of the parts. The zip's comment, its last bytes, holds the checksum
of all bytes before it, about.json and the zip's own tables included. An archive that an older
version wrote has only the zip's own CRC of each part.
"""

import errno
import hashlib
import lzma
import os
import shutil
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ValidationError

DATABASE, DIALOGS, ABOUT = "tally.db", "valkey.rdb", "about.json"
"""Names in an archive: the SQLite file, the dump of Valkey, and the description of both."""
PARTS = DIALOGS, DATABASE
FORMAT = 1
SEAL = hashlib.sha256().digest_size * 2
"""Length in bytes of the checksum at the end of an archive, in hexadecimal digits."""
END = 22
"""Length in bytes of a zip's last record without a comment (APPNOTE.TXT, 4.3.16)."""
END_SIGNATURE = b"PK\x05\x06"
"""The first bytes of that record."""
ABOUT_MAX = 64 << 10
"""The maximum size of about.json in bytes."""
CHUNK = 1 << 20

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    RuntimeError,  # an unknown method, a password
    ValueError,
)
"""Errors that zipfile raises if an archive is damaged."""
NO_FAULT_OF_THE_DISK = {None, errno.EINVAL}
"""Error numbers that the content of an archive causes: a bz2 stream, an offset below 0."""


class DamagedError(Exception):
    """An archive or a part of it is damaged, or is no backup of Tally."""


class About(BaseModel, strict=True):
    """The content of about.json.

    Attributes:
        format: The version of the archive's format.
        created_at: The time of the backup, in ISO 8601.
        sha256: The checksum of each part, by name; None in an archive of an older version.
    """

    format: int
    created_at: str | None = None
    sha256: dict[str, str] | None = None


def pack(parts: Path, archive: Path) -> None:
    """Write an archive that only its owner may read.

    Args:
        parts: The folder with the parts, named as in the archive.
        archive: The file to write. It must not exist.

    Raises:
        OSError: It can't be written.
    """
    sums = {name: _sum_of(parts / name) for name in PARTS}
    about = About(format=FORMAT, created_at=datetime.now(UTC).isoformat(), sha256=sums)
    file = os.fdopen(os.open(archive, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")
    with file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(ABOUT, about.model_dump_json())
            for name in PARTS:
                packed.write(parts / name, name)
            packed.comment = b"0" * SEAL  # because the checksum covers the comment's length
        seal = _sum_without_seal(file)
        file.seek(-SEAL, os.SEEK_END)
        file.write(seal)
        file.flush()
        os.fsync(file.fileno())


def unpack(archive: Path, parts: Path) -> bool:
    """Check an archive and write its parts into a folder.

    Args:
        archive: The file.
        parts: The folder.

    Returns:
        Whether it has checksums. An archive of an older version has none.

    Raises:
        DamagedError: It is damaged or no backup. The text says which, and calls the archive "it".
        OSError: The archive can't be read, or a part can't be written.
    """
    _check_seal(archive)
    try:
        with zipfile.ZipFile(archive) as packed:
            sums = _about(packed).sha256
            for name in PARTS:
                with packed.open(name) as part, (parts / name).open("wb") as file:
                    shutil.copyfileobj(part, file)
                (parts / name).chmod(0o600)
    except (*UNREADABLE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in NO_FAULT_OF_THE_DISK:
            raise
        raise DamagedError("it is damaged, or no backup of Tally") from error
    if sums is not None:
        for name in PARTS:
            if sums.get(name) != _sum_of(parts / name):
                raise DamagedError(f"its {name} is damaged: the checksum differs")
    return sums is not None


def _about(packed: zipfile.ZipFile) -> About:
    if packed.getinfo(ABOUT).file_size > ABOUT_MAX:
        raise DamagedError(f"its {ABOUT} does not belong to a backup of Tally")
    try:
        about = About.model_validate_json(packed.read(ABOUT))
    except ValidationError as error:
        raise DamagedError(f"its {ABOUT} does not belong to a backup of Tally") from error
    if about.format > FORMAT:
        raise DamagedError("it was written by a newer version of this code")
    if about.format < FORMAT:
        raise DamagedError(f"its {ABOUT} does not belong to a backup of Tally")
    return about


def _check_seal(archive: Path) -> None:
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - SEAL))
        end = file.read()
        is_sealed = size > SEAL and end == _sum_without_seal(file)
    # An archive of an older version ends with the zip's last record, one with a checksum does not.
    last = end[-END:]
    is_older = last.startswith(END_SIGNATURE) and last.endswith(b"\0\0")
    if not is_sealed and not is_older:
        raise DamagedError("it is damaged, or no backup of Tally")


def _sum_without_seal(file: BinaryIO) -> bytes:
    left = file.seek(0, os.SEEK_END) - SEAL
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest().encode()


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
