"""Files that the server keeps: documents as they came, photos in two sizes."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.sandbox.refusal import bad_request

if TYPE_CHECKING:
    from PIL.Image import Image

THUMB = 90
"""Pixels, at most, of a photo's smallest size."""
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES = 10_000
"""Pixels of width and height together (Bot API, ``sendPhoto``)."""
PHOTO_RATIO = 20

Kept = TypeVar("Kept")


@dataclass(frozen=True, kw_only=True)
class File:
    """``path`` is where it is below ``/file/bot<token>/``."""

    file_id: str
    path: str
    mime: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file under its name."""

    file: File
    name: str

    @property
    def file_id(self) -> str:
        return self.file.file_id

    @property
    def data(self) -> bytes:
        return self.file.data

    def as_json(self) -> dict[str, Any]:
        return {
            "file_id": self.file_id,
            "file_unique_id": f"u{self.file_id}",
            "file_name": self.name,
            "mime_type": self.file.mime,
            "file_size": len(self.data),
        }


@dataclass(frozen=True, kw_only=True)
class Size:
    """A photo in one size."""

    file: File
    width: int
    height: int

    def as_json(self) -> dict[str, Any]:
        return {
            "file_id": self.file.file_id,
            "file_unique_id": f"u{self.file.file_id}",
            "width": self.width,
            "height": self.height,
            "file_size": len(self.file.data),
        }


@dataclass(frozen=True, kw_only=True)
class Photo:
    """``sizes`` are the smallest first. Each of their names stands for the photo."""

    sizes: tuple[Size, ...]

    @property
    def largest(self) -> Size:
        return self.sizes[-1]

    @property
    def data(self) -> bytes:
        return self.largest.file.data

    def as_json(self) -> list[dict[str, Any]]:
        return [size.as_json() for size in self.sizes]


class Files:
    """Everything that was sent, by its name."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._files: dict[str, File] = {}
        self._documents: dict[str, Document] = {}
        self._photos: dict[str, Photo] = {}

    def find(self, file_id: str) -> File | None:
        return self._files.get(file_id)

    def at(self, path: str) -> File | None:
        found = self._files.get(path.rpartition("/")[2].partition(".")[0])
        return found if found is not None and found.path == path else None

    def document(self, name: str, data: bytes, mime: str) -> Document:
        document = Document(file=self._keep("documents/{}", data, mime), name=name)
        self._documents[document.file_id] = document
        return document

    def photo(self, data: bytes) -> Photo:
        """Raises ``Refusal`` for what the real server would not take for a photo."""
        from PIL import Image

        try:
            with Image.open(io.BytesIO(data)) as picture:
                small = picture.convert("RGB")
                data = data if picture.format == "JPEG" else _jpeg(small)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            raise bad_request("IMAGE_PROCESS_FAILED") from None
        width, height = small.size
        if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        if len(data) > PHOTO_BYTES:
            raise bad_request(f"file of size {len(data)} bytes is too big for a photo")
        small.thumbnail((THUMB, THUMB))
        sizes = self._size(_jpeg(small), *small.size), self._size(data, width, height)
        photo = Photo(sizes=sizes)
        for size in photo.sizes:
            self._photos[size.file.file_id] = photo
        return photo

    def known_document(self, file_id: str) -> Document:
        """Raises ``Refusal``."""
        if file_id in self._photos:
            raise bad_request("can't use file of type Photo as Document")
        return self._known(self._documents.get(file_id))

    def known_photo(self, file_id: str) -> Photo:
        """Raises ``Refusal``."""
        if file_id in self._documents:
            raise bad_request("can't use file of type Document as Photo")
        return self._known(self._photos.get(file_id))

    @staticmethod
    def _known(found: Kept | None) -> Kept:
        if found is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return found

    def _size(self, data: bytes, width: int, height: int) -> Size:
        return Size(
            file=self._keep("photos/{}.jpg", data, "image/jpeg"), width=width, height=height
        )

    def _keep(self, path: str, data: bytes, mime: str) -> File:
        file_id = f"SANDBOX{next(self._ids):08d}"
        file = File(file_id=file_id, path=path.format(file_id), mime=mime, data=data)
        self._files[file_id] = file
        return file


def _jpeg(picture: Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG")
    return written.getvalue()
