"""Reads the size of a picture from the first bytes of its file."""

import struct

PNG = b"\x89PNG\r\n\x1a\n"
GIF = (b"GIF87a", b"GIF89a")
JPEG = b"\xff\xd8"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG segments that contain the size of the picture (ITU-T T.81, table B.1)."""

JPEG_SEGMENT = 9
"""Bytes of such a segment, from its marker to the end of the size."""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Give width and height of a PNG, GIF or JPEG in pixels; `None` for anything else."""
    size = None
    if data.startswith(PNG) and len(data) >= len(PNG) + 16:
        size = struct.unpack_from(">II", data, 16)
    elif data.startswith(GIF) and len(data) >= len(GIF[0]) + 4:
        size = struct.unpack_from("<HH", data, 6)
    elif data.startswith(JPEG):
        size = _jpeg_size(data)
    return (size[0], size[1]) if size and all(size) else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    offset = len(JPEG)
    while offset + JPEG_SEGMENT <= len(data) and data[offset] == JPEG[0]:
        marker, length = data[offset + 1], struct.unpack_from(">H", data, offset + 2)[0]
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return width, height
        offset += 2 + length
    return None
