"""What a partner's key can open, how long and how often. Pure."""

from __future__ import annotations

from datetime import timedelta

from accounts.roles import ADMIN_ROLES

OPEN311_READ, OPEN311_REPORT, WEBHOOKS = "open311.read", "open311.report", "webhooks"
INTERFACES = {
    OPEN311_READ: "读取公开的隐患分布",
    OPEN311_REPORT: "上报隐患、查询本方上报的办理情况",
    WEBHOOKS: "接收办理情况推送",
}

READERS = ADMIN_ROLES  # of keys and of what is sent; the system administrator alone issues and revokes

LONGEST_LIFE = timedelta(days=366)  # of a key: then somebody looks again whether the partner still needs it
LONGEST_OVERLAP_DAYS = 30  # that the old key is good for after a new one was made
USUAL_OVERLAP_DAYS = 7
USUAL_REQUESTS_PER_MINUTE, MOST_REQUESTS_PER_MINUTE = 60, 600

PREFIX = "cyxf_"  # by which a key is recognised wherever it was left lying
HINT_LENGTH = 4
