"""What the media engine refuses. tus has two statuses of its own (423 and 460): `api/uploads.py` maps them."""

from __future__ import annotations

from problems import Invalid, Kind, Problem, TooManyRequests, Unavailable, field_error


class BadUploadHeader(Problem):
    """A header of the upload protocol is missing or cannot be read. Data: `errors`, as in Invalid."""

    kind, code, title = Kind.MALFORMED, "bad_upload_header", "上传请求头缺失或有误"

    def __init__(self, header: str, message: str) -> None:
        super().__init__(errors=[field_error(header, "bad_header", message)])


class ProtocolVersion(Problem):
    """`Tus-Resumable` names a version that is not spoken here. Data: `supported`."""

    kind, code, title = Kind.STALE, "upload_protocol_version", "不支持的上传协议版本"


class OffsetMismatch(Problem):
    """The bytes do not start where the last acknowledged ones end. Data: `offset_bytes`, where to go on."""

    kind, code, title = Kind.CONFLICT, "upload_offset", "续传位置不一致"


class UploadBusy(Problem):
    """Another request is writing to this upload. Data: `retry_after_seconds`."""

    kind, code, title = Kind.CONFLICT, "upload_busy", "该文件正在上传,请稍候"


class UploadGone(Problem):
    """The upload expired or was given up: create it again."""

    kind, code, title = Kind.GONE, "upload_gone", "上传已过期,请重新上传"


class DigestMismatch(Problem):
    """The whole file is not the one that was announced: its bytes were thrown away."""

    kind, code, title = Kind.INVALID, "digest_mismatch", "文件校验不一致,请重新上传"

    def __init__(self, field: str) -> None:
        super().__init__(errors=[field_error(field, "digest_mismatch", "文件的 SHA-256 与声明的不一致")])


class NotAnImage(Invalid):
    """The bytes are no JPEG, PNG, WebP or HEIC image."""

    code, title = "not_an_image", "文件不是可识别的图片"

    def __init__(self, field: str) -> None:
        super().__init__(field_error(field, "not_an_image", "不是 JPEG、PNG、WebP 或 HEIC 图片"))


class AlreadyStored(Problem):
    """This photo has its bytes, or was refused: another file needs another id. Data: `state`."""

    kind, code, title = Kind.CONFLICT, "media_already_stored", "该照片已上传"


class StorageFull(Unavailable):
    """No space is left for files: nothing was acknowledged. Data: `retry_after_seconds`."""

    code, title = "storage_full", "存储空间不足,请稍后再试"


class UploadAllowanceUsed(TooManyRequests):
    """The caller has sent, or begun to send, as much as one account may within 24 hours.

    Data: `allowance_bytes`, `retry_after_seconds`.
    """

    code, title = "upload_allowance_used", "24小时内上传的照片已达上限,请稍后再传"


class PhotoUnavailable(Unavailable):
    """The photo is known, but its file cannot be read from the store: the operator is alarmed. Data: `retry_after_seconds`."""

    code, title = "photo_unavailable", "照片暂时无法打开,请稍后再试"
