"""Releases of the program: while a new one is rolled out, two answer the same phones from the same database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from api.app import MUTATIONS
from api.context import Parts
from device.client import Device
from sync.engine import Versions
from sync.mutations import Mutations
from sync.resolving import declare_resolutions

# Acts that an old release may be without: those that only phones do here.
_NEW_ACTS = (
    "hazard.start", "hazard.reclassify", "hazard.cosign", "hazard.fix_on_site", "hazard.hand_over", "hazard.withdraw",
    "hazard.dispute", "hazard.rate", "task.claim", "task.release", "unit.edit",
    "permit.verify_pass", "permit.cosign", "assistance.submit", "assistance.advise", "inspection.start", "inspection.find_none",
    "measure.open", "measure.cosign", "water_source.report", "rescue_sheet.edit", "number_block.lend",
)  # fmt: skip
_HOW_MANY = 8


class NewApp(Device):
    """The app of the new release."""

    schema = 2


@dataclass(frozen=True)
class Release:
    """What a server understands: versions of the protocol, and all acts but the unknown ones."""

    versions: Versions = field(default_factory=Versions)
    unknown: frozenset[str] = frozenset()

    def of(self, parts: Parts) -> Parts:
        """The same parts in this release."""
        known = Mutations(mutation for mutation in MUTATIONS if mutation.name not in self.unknown)
        engine = replace(parts.sync, mutations=known, versions=self.versions)
        declare_resolutions(engine)
        return replace(parts, sync=engine, mutations=known)


PRESENT = Release()
NEW = Release(Versions(current=2))
LAST = Release(Versions(current=2, min_pull=2))  # phones with the old app are sent nothing any more


def old(rng: Random) -> Release:
    """One to which some acts are new."""
    return Release(Versions(current=1), frozenset(rng.sample(_NEW_ACTS, _HOW_MANY)))
