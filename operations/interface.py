"""What the web client is generated from: the document of the HTTP API, and the life cycles, typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from api.app import create_app
from operations.diagrams import MACHINES
from places.unit_kinds import PLACE_TYPES
from settings import Settings
from workflow.assistance.guide import guide as assistance_guide
from workflow.majors.criteria import criteria
from workflow.permits.guide import guide

_LIFE_CYCLES = """\
// Made from the tables in workflow/*/rules.py, as docs/life-cycles.json is; not edited.
export const lifeCycles = {} as const

export type LifeCycle = keyof typeof lifeCycles
/** The states of a case of this kind. */
export type State<Name extends LifeCycle = LifeCycle> = (typeof lifeCycles)[Name]['states'][number]['state']
/** What can be done with a case of this kind. */
export type Action<Name extends LifeCycle = LifeCycle> = (typeof lifeCycles)[Name]['transitions'][number]['action']
"""

_PERMIT_GUIDE = """\
// Made from workflow/permits/guide.py; not edited.
import type { components } from './api'

export const permitGuide: components['schemas']['Guide'] = {}
"""

_ASSISTANCE_GUIDE = """\
// Made from workflow/assistance/guide.py; not edited.
import type { components } from './api'

export const assistanceGuide: components['schemas']['AssistanceGuide'] = {}
"""

_MAJOR_CRITERIA = """\
// Made from workflow/data/major_criteria.csv; not edited.
import type { components } from './api'

export const majorCriteria: components['schemas']['MajorCriteria'] = {}
"""


_PLACE_TYPES = """\
// Made from places/unit_kinds.py; not edited.
export const placeTypes = {} as const
"""


def openapi_document() -> bytes:
    """What `/api/v1/openapi.json` answers; neither database nor settings have a part in it."""
    nowhere = Path("/nonexistent")
    settings = Settings("", "", "", media_dir=nowhere, key_file=nowhere, public_url="", client_dir=nowhere)
    no_parts: Any = object()
    app = create_app(settings, no_parts)
    return orjson.dumps(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict(), option=orjson.OPT_SORT_KEYS)


def permit_guide_module() -> str:
    """What forms of permits are made of, as `GET /permits/guide` answers: a phone without a network has the words too."""
    return _PERMIT_GUIDE.replace("{}", orjson.dumps(guide(), option=orjson.OPT_INDENT_2).decode(), 1)


def assistance_guide_module() -> str:
    """What forms of assistance are made of, as `GET /assistance/guide` answers."""
    return _ASSISTANCE_GUIDE.replace("{}", orjson.dumps(assistance_guide(), option=orjson.OPT_INDENT_2).decode(), 1)


def major_criteria_module() -> str:
    """By which clauses a hazard is judged to be major, as `GET /majors/criteria` answers."""
    return _MAJOR_CRITERIA.replace("{}", orjson.dumps(criteria(), option=orjson.OPT_INDENT_2).decode(), 1)


def place_types_module() -> str:
    """What a place is used as, by code."""
    return _PLACE_TYPES.replace("{}", orjson.dumps(PLACE_TYPES, option=orjson.OPT_INDENT_2).decode(), 1)


def life_cycles_module() -> str:
    """The tables as TypeScript, so that a state or an action that does not exist is an error of the client's build."""
    tables = {machine.name: machine.as_json() for machine in MACHINES}
    return _LIFE_CYCLES.replace("{}", orjson.dumps(tables, option=orjson.OPT_INDENT_2).decode(), 1)


MODULES_OF_CLIENT = {
    "life-cycles.ts": life_cycles_module,
    "assistance-guide.ts": assistance_guide_module,
    "major-criteria.ts": major_criteria_module,
    "permit-guide.ts": permit_guide_module,
    "place-types.ts": place_types_module,
}
