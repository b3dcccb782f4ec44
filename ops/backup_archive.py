"""The file of a backup: a zip with a checksum for each part, and one for all that it says of them.

about.json holds the parts' checksums. The zip's comment, its last bytes, holds the checksum of all
bytes before it, about.json and the zip's own tables included. An archive that an older version
wrote has neither, but the zip's own CRC of each part.
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
"""What an archive holds: SQLite's file, a dump of Valkey, and what made it."""
PARTS = DIALOGS, DATABASE
FORMAT = 1
SEAL = hashlib.sha256().digest_size * 2
"""Bytes of the checksum at an archive's end, in hexadecimal digits."""
END, END_SIGNATURE = 22, b"PK\x05\x06"
"""Bytes of a zip's last record if no comment follows, and how it begins (APPNOTE.TXT, 4.3.16)."""
ABOUT_MAX = 64 << 10
"""Bytes that about.json may have."""
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
"""What zipfile raises of an archive that is damaged."""
NO_FAULT_OF_THE_DISK = {None, errno.EINVAL}
"""Numbers of errors that come of what is in an archive: a stream of bz2's, an offset below 0."""


class DamagedError(Exception):
    """An archive, or a part of it, is not as it was written, or is no backup of Tally."""


class About(BaseModel, strict=True):
    """What an archive says of itself.

    Attributes:
        format: How it is made.
        created_at: When it was, by ISO 8601.
        sha256: The checksum of each part, by name; None in an archive of an older version.
    """

    format: int
    created_at: str | None = None
    sha256: dict[str, str] | None = None


def pack(parts: Path, archive: Path) -> None:
    """Write an archive that its owner alone may read.

    Args:
        parts: The folder with the parts, named as in the archive.
        archive: The file, which must not be there.

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
            packed.comment = b"0" * SEAL  # the length belongs to what is summed up
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
        Whether it has checksums; one that an older version wrote has none.

    Raises:
        DamagedError: It is damaged, or no backup; the text says which, of "it".
        OSError: It can't be read, or a part not be written.
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
                raise DamagedError(f"its {name} is damaged: the checksum is another")
    return sums is not None


def _about(packed: zipfile.ZipFile) -> About:
    if packed.getinfo(ABOUT).file_size > ABOUT_MAX:
        raise DamagedError(f"its {ABOUT} is none of a backup")
    try:
        about = About.model_validate_json(packed.read(ABOUT))
    except ValidationError as error:
        raise DamagedError(f"its {ABOUT} is none of a backup") from error
    if about.format > FORMAT:
        raise DamagedError("it was written by a newer version of this code")
    if about.format < FORMAT:
        raise DamagedError(f"its {ABOUT} is none of a backup")
    return about


def _check_seal(archive: Path) -> None:
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - SEAL))
        end = file.read()
        is_sealed = size > SEAL and end == _sum_without_seal(file)
    # One of an older version ends with the last record itself; a sealed one never does.
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
