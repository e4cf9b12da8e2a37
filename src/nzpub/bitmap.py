"""Pictures of pixels, without what cameras and programs leave in them: places, names, dates, thumbnails, remarks.

Nobody sees any of it, and a writer seldom knows that it is there. :func:`plain` keeps what is needed to show the
picture: parts that are not listed here, and all that stands behind the picture's end, are in no output.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

# PNG 3, section 11: what holds pixels, and what says how their colours and sizes are meant
_CHUNKS = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"cICP", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
                     b"bKGD", b"pHYs"))
_PNG = b"\x89PNG\r\n\x1a\n"
# ITU-T T.81, table B.1: markers that stand alone, and those of which a segment with its length follows
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_END, _SCAN, _REMARK, _FILL = 0xD9, 0xDA, 0xFE, 0xFF
_APPLICATIONS = range(0xE0, 0xF0)
_KEPT = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}       # what colours mean
_JFIF, _JFIF_LENGTH = b"JFIF\0", 14                    # without its thumbnail
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")       # the marker behind the pixels of a scan
_MOST_SCANS = 40           # a decoder looks at all pixels in each, so that a small file can take minutes; 10 are usual
_EXIF, _ORIENTATION = b"Exif\0\0", 0x0112      # Exif 2.3, 4.6.4: how the camera was held
_UPRIGHT, _TURNED = 1, range(2, 9)
# GIF 89a: blocks, and the one extension that says how a frame is shown
_GIF_HEAD, _GIF_FRAME, _GIF_EXTENSION, _GIF_END, _GIF_CONTROL = 13, 0x2C, 0x21, 0x3B, 0xF9


def plain(content: bytes) -> bytes:
    """Return the PNG, JPEG or GIF *content* with nothing in it but what is shown, and how.

    Raises ValueError if it is not put together as such a file is, or a JPEG of too many scans.
    """
    parts = _png if content.startswith(_PNG) else _jpeg if content.startswith(b"\xff\xd8") else _gif
    try:
        return b"".join(parts(content))
    except (IndexError, struct.error) as error:
        raise ValueError("it ends too early") from error


def _png(content: bytes) -> Iterator[bytes]:
    yield _PNG
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if kind in _CHUNKS:
            yield content[at:end]
        at = end


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at, scans = content.index(b"\xff", 2), 0
    while (marker := content[at + 1]) != _END:
        if marker in _ALONE or marker == _FILL:        # any number of the latter may stand before a marker
            end = at + (1 if marker == _FILL else 2)
        else:
            end = at + 2 + int(struct.unpack_from(">H", content, at + 2)[0])
        scans += marker == _SCAN
        if scans > _MOST_SCANS:
            raise ValueError(f"it has more than {_MOST_SCANS} scans")
        if marker == _SCAN:
            found = _NEXT.search(content, end)
            end = found.start() if found else len(content)
        yield _segment(marker, content[at:end])
        at = content.index(b"\xff", end)
    yield content[at:at + 2]


def _segment(marker: int, segment: bytes) -> bytes:
    """Return what is kept of a *segment* that begins with its *marker* and its length."""
    named = segment[4:]
    if marker in _APPLICATIONS and named.startswith(_JFIF):
        return segment[:2] + struct.pack(">H", _JFIF_LENGTH + 2) + named[:_JFIF_LENGTH - 2] + b"\0\0"
    if marker in _APPLICATIONS and named.startswith(_EXIF):
        return _turned(_orientation(named[len(_EXIF):]))
    if marker in _APPLICATIONS:
        return segment if marker in _KEPT and named.startswith(_KEPT[marker]) else b""
    return b"" if marker == _REMARK else segment


def _orientation(tiff: bytes) -> int:
    """Return the orientation that *tiff*, the content of Exif, says (TIFF 6.0, section 2); 1 if none can be read."""
    order = ">" if tiff.startswith(b"MM") else "<"
    try:
        at, = struct.unpack_from(f"{order}I", tiff, 4)
        count, = struct.unpack_from(f"{order}H", tiff, at)
        fields = [struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * n) for n in range(count)]
    except struct.error:
        return _UPRIGHT
    return next((int(value) for tag, _, _, value in fields if tag == _ORIENTATION), _UPRIGHT)


def _turned(orientation: int) -> bytes:
    """Return a segment of Exif that says this *orientation* and nothing else; nothing, if it is the usual one."""
    if orientation not in _TURNED:
        return b""
    words = _EXIF + b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(words) + 2) + words


def _gif(content: bytes) -> Iterator[bytes]:
    at = _GIF_HEAD + _colours(content[10])
    yield content[:at]
    while (kind := content[at]) != _GIF_END:
        if kind not in (_GIF_FRAME, _GIF_EXTENSION):
            raise ValueError("it has a block of no known kind")
        start = at + (2 if kind == _GIF_EXTENSION else 11 + _colours(content[at + 9]))
        end = _behind_blocks(content, start)
        if kind == _GIF_FRAME or content[at + 1] == _GIF_CONTROL:
            yield content[at:end]
        at = end
    yield content[at:at + 1]


def _colours(flags: int) -> int:
    """Return the bytes of the table of colours that *flags* announce."""
    return 3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0


def _behind_blocks(content: bytes, at: int) -> int:
    """Return where the blocks end that begin *at*, each after its length; an empty one is the last."""
    while length := content[at]:
        at += length + 1
    return at + 1
