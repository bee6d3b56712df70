"""The photo channel: photos go up after the records and before the pull, in pieces, and a record never waits for its photos."""

from __future__ import annotations

import base64
import hashlib
from functools import partial

from device.exchange import API, Refused, new_id
from device.pulling import Pulling
from device.storage import Photo
from device.transport import Answer

PIECE_BYTES = 262_144
_TUS = {"Tus-Resumable": "1.0.0"}
_TAKEN = frozenset({"media_already_stored"})
_NEVER = frozenset({"not_an_image", "invalid_fields", "body_too_large", "digest_mismatch"})
_MOST_PIECES = 400  # in one round of one photo


class Photos(Pulling):
    """Photos of this device on their way up (tus 1.0.0)."""

    def add_photo(self, content: bytes, role: str = "report", content_type: str = "image/jpeg") -> str:
        """Keep a photo until the server has stored it; its id, for the record that shows it."""
        photo_id = new_id()
        self.store.add_photo(photo_id, role, content_type, content)
        return photo_id

    def send_photos(self) -> list[str]:
        """Send what waits; the ids of photos that the server refuses for good (they stay here). Raises NoNetwork.

        A photo that cannot be sent now does not hold up the next one.
        """
        refused_ids = []
        for photo in self.store.photos():
            try:
                if self._patiently(partial(self._send_photo, photo)):
                    self.store.drop_photo(photo.id)
            except Refused as refused:
                if refused.status == 401:
                    raise
                if refused.pause_seconds is not None:  # it goes on and on: the next one would find no room either
                    break
                if refused.code in _TAKEN:
                    self.store.drop_photo(photo.id)
                elif refused.status in (404, 410):  # announced too long ago, or before a restore: next time it is announced anew
                    self.store.place_photo(photo.id, None)
                elif refused.code in _NEVER:
                    refused_ids.append(photo.id)
        return refused_ids

    def _send_photo(self, photo: Photo) -> bool:
        """True once all of it is there. Goes on where the server says that it stands."""
        content = self.store.content_of(photo.id)
        url, offset = photo.url or self._announce(photo, content), 0
        if photo.url is not None:
            offset = self._offset_of(url)
        for _ in range(_MOST_PIECES):
            if offset == photo.length_bytes:
                return True
            headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            try:
                sent = self._tus("PATCH", url, content[offset : offset + PIECE_BYTES], headers)
                offset = int(sent.headers["upload-offset"])
            except Refused as refused:
                if refused.code != "upload_offset":  # else it was announced before, and that answer was lost
                    raise
                offset = self._offset_of(url)
        return False

    def _offset_of(self, url: str) -> int:
        """How far an upload is."""
        return int(self._tus("HEAD", url, None, {}).headers["upload-offset"])

    def _announce(self, photo: Photo, content: bytes) -> str:
        said = {
            "media_id": photo.id, "sha256": hashlib.sha256(content).hexdigest(), "role": photo.role,
            "filetype": photo.content_type,
        }  # fmt: skip
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
        headers = {"Upload-Length": str(photo.length_bytes), "Upload-Metadata": metadata}
        url = self._tus("POST", "/uploads", None, headers).headers["location"].removeprefix(API)
        self.store.place_photo(photo.id, url)
        return url

    def _tus(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        return self._authorised(path, body, {**_TUS, **headers}, method)
