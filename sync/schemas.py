"""What register, pull, issues and status take and give, as JSON (push and the answers of pull are NDJSON)."""

from __future__ import annotations

from marshmallow import fields, validate

from sync.models import ISSUE_STATES
from wire import AnswerSchema, AnyOf, Line, Moment, PageSchema, StrictSchema

MAX_SCHEMA = 1_000_000
MAX_REFILL = 100


class RegisterDeviceSchema(StrictSchema):
    """A device and its queue introduce themselves."""

    install = fields.UUID(required=True)
    queue = fields.UUID(required=True, metadata={"description": "made by the client, before first contact"})
    platform = Line(max_length=50, min_length=0, load_default="")
    app_version = Line(max_length=50, min_length=0, load_default="")
    schema = fields.Integer(required=True, strict=True, validate=validate.Range(1, MAX_SCHEMA))
    wall_clock = Moment(load_default=None, allow_none=True, metadata={"description": "the device's own time"})
    public_key = fields.Dict(
        keys=fields.String(validate=validate.Length(max=20)),
        values=fields.Raw(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=10),
        metadata={"description": "ES256 public key as JWK (RFC 7517)"},
    )


class SchemaVersionsSchema(StrictSchema):
    """Which versions of the protocol are understood."""

    current = fields.Integer(required=True)
    min_pull = fields.Integer(required=True)
    min_push = fields.Integer(required=True)


class LimitsSchema(StrictSchema):
    """What a client must keep to."""

    push_mutations = fields.Integer(required=True)
    push_bytes = fields.Integer(required=True)
    pull_bytes = fields.Integer(required=True)
    line_bytes = fields.Integer(required=True)
    poll_seconds = fields.Integer(required=True)


class RegisteredSchema(StrictSchema):
    """The state of the queue, and of the server."""

    queue = fields.UUID(required=True)
    last_seq = fields.Integer(required=True)
    durable_seq = fields.Integer(required=True)
    epoch = fields.UUID(required=True)
    server_time = fields.AwareDateTime(required=True)
    skew_ms = fields.Integer(required=True, allow_none=True)
    schema = fields.Nested(SchemaVersionsSchema, required=True)
    limits = fields.Nested(LimitsSchema, required=True)


class PullSchema(StrictSchema):
    """Where a device stands."""

    queue = fields.UUID(required=True)
    cursor = Line(max_length=200_000, load_default=None, allow_none=True)
    schema = fields.Integer(required=True, strict=True, validate=validate.Range(1, MAX_SCHEMA))
    max_bytes = fields.Integer(load_default=524_288, strict=True, validate=validate.Range(1, 2**31 - 1))
    adopted = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MAX_REFILL))
    snapshots = fields.Boolean(
        load_default=True, metadata={"description": "false: large scopes come as rows, for a client that loads no chunks"}
    )
    refill = fields.List(Line(max_length=200), load_default=list, validate=validate.Length(max=MAX_REFILL))


class ChunkSchema(StrictSchema):
    """One compressed part of a snapshot."""

    sha256 = fields.String(required=True, metadata={"description": "of the bytes as they are served; its name"})
    bytes = fields.Integer(required=True)
    rows = fields.Integer(required=True)


class SnapshotSchema(StrictSchema):
    """The living rows of a scope, complete to position `upto`."""

    id = fields.UUID(required=True)
    key = fields.String(required=True)
    upto = fields.Integer(required=True)
    chunks = fields.List(fields.Nested(ChunkSchema), required=True)


class RescuedSchema(StrictSchema):
    """What was taken into quarantine."""

    id = fields.UUID(required=True)
    sha256 = fields.String(required=True)
    bytes = fields.Integer(required=True)


class RescueSchema(RescuedSchema):
    """One rescue, as those see it who look after it."""

    owner_id = fields.UUID(required=True)
    device_id = fields.UUID(required=True, allow_none=True)
    region_code = fields.String(required=True, allow_none=True)
    received_at = Moment(required=True)


class RescuePageSchema(StrictSchema):
    """A page of rescues."""

    items = fields.List(fields.Nested(RescueSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class QueuesQuerySchema(StrictSchema):
    """Which queues of the staff."""

    cursor = fields.UUID(load_default=None, metadata={"description": "`next_cursor` of the page before"})
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    stuck = fields.Boolean(load_default=False, metadata={"description": "only with work older than a day, or something parked"})
    owner_id = fields.UUID(load_default=None, metadata={"description": "only one person's"})


class WatchedQueueSchema(StrictSchema):
    """One queue of a member of the staff."""

    queue = fields.UUID(required=True)
    device = fields.UUID(required=True)
    owner_id = fields.UUID(required=True)
    owner_name = fields.String(required=True, allow_none=True)
    region_code = fields.String(required=True)
    platform = fields.String(required=True)
    app_version = fields.String(required=True)
    status = fields.String(required=True)
    last_seq = fields.Integer(required=True)
    durable_seq = fields.Integer(required=True)
    pending = fields.Integer(required=True, metadata={"description": "as the device last said"})
    oldest_pending = Moment(required=True, allow_none=True)
    last_seen_at = Moment(required=True, allow_none=True)
    parked = fields.Integer(required=True)
    open_issues = fields.Integer(required=True)
    refills = fields.Integer(required=True, metadata={"description": "scopes asked for again because their digest differed"})
    revoked_at = Moment(required=True, allow_none=True)


class QueuesPageSchema(StrictSchema):
    """A page of queues."""

    items = fields.List(fields.Nested(WatchedQueueSchema), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)


class IssueQuerySchema(PageSchema):
    """Filters of the list."""

    state = fields.String(load_default="open", validate=validate.OneOf(ISSUE_STATES))
    subject_id = fields.UUID(load_default=None)
    mine = fields.Boolean(load_default=False)


class LostValueSchema(AnswerSchema):
    """A value that did not become the record's, beside the one that stands."""

    field = fields.String()
    was = fields.Raw(allow_none=True, metadata={"description": "what the device had seen"})
    losing = fields.Raw(allow_none=True)
    standing = fields.Raw(allow_none=True)
    losing_made_at = Moment(allow_none=True)
    standing_made_at = Moment(allow_none=True)
    earlier = fields.List(fields.Raw(allow_none=True), metadata={"description": "what the same device lost here before"})
    later_stands = fields.Boolean(metadata={"description": "the author's own value took the place of the losing one"})
    optional = frozenset({"earlier", "later_stands"})


class HandedInSchema(AnswerSchema):
    """What a device handed in that took no effect."""

    explained = fields.Dict(metadata={"description": "the data of the problem (docs/problems.md)"})
    made_at = Moment(allow_none=True)
    args = fields.Dict(allow_none=True, metadata={"description": "of the mutation; null if they are too long to be shown"})
    optional = frozenset({"made_at", "args"})


class IssueRecordSchema(AnswerSchema):
    """What devices hold of an issue. `loser_ids` is told to those whom it names, the last three to the author alone."""

    issue_kind = fields.String()
    state = fields.String(validate=validate.OneOf(ISSUE_STATES))
    author_id = fields.UUID(allow_none=True)
    region_code = fields.String(allow_none=True)
    mutation = fields.String()
    subject_type = fields.String(allow_none=True)
    subject_id = fields.UUID(allow_none=True)
    field = fields.String(allow_none=True)
    reason = fields.String()
    losing = AnyOf(LostValueSchema, HandedInSchema)
    created_at = Moment()
    resolved_by = fields.UUID(allow_none=True)
    loser_ids = fields.List(fields.UUID())
    queue_id = fields.UUID()
    seq = fields.Integer()
    mid = fields.UUID()
    optional = frozenset({"loser_ids", "queue_id", "seq", "mid"})


class IssueSchema(StrictSchema):
    """Something a person has to look at. `data` is what devices hold of it; who reported is never in it."""

    id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    author_name = fields.String(
        required=True, allow_none=True, metadata={"description": "of the member of staff whom `data.author_id` names"}
    )
    acts = fields.Integer(required=True, metadata={"description": "parked mutations that this is about and that still wait"})
    data = AnyOf(IssueRecordSchema, required=True)


class IssuePageSchema(StrictSchema):
    """A page of issues."""

    items = fields.List(fields.Nested(IssueSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class QueueStatusSchema(StrictSchema):
    """One of the caller's queues."""

    queue = fields.UUID(required=True)
    device = fields.UUID(required=True)
    last_seq = fields.Integer(required=True)
    durable_seq = fields.Integer(required=True)
    parked = fields.Integer(required=True, metadata={"description": "mutations that nobody has decided about"})
    pending = fields.Integer(required=True, metadata={"description": "as the device last said"})
    oldest_pending = fields.AwareDateTime(required=True, allow_none=True)
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)


class StatusSchema(StrictSchema):
    """How the caller's devices stand with the server."""

    epoch = fields.UUID(required=True)
    server_time = fields.AwareDateTime(required=True)
    schema = fields.Nested(SchemaVersionsSchema, required=True)
    queues = fields.List(fields.Nested(QueueStatusSchema), required=True)
    open_issues = fields.Integer(required=True)
