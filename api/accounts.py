"""Administration of staff, their rights and devices; offices with their duty rosters and deputies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts import credentials, devices, duty, organisations, queries, staff, transfers
from accounts.models import Organisation, Person
from accounts.office_schemas import (
    ColleaguesSchema,
    CreateStaffSchema,
    CredentialSchema,
    DeputySchema,
    DeviceSchema,
    EditOrganisationSchema,
    GrantRoleSchema,
    NameDeputySchema,
    OpenOrganisationSchema,
    OrganisationPageSchema,
    OrganisationQuerySchema,
    RemovalSchema,
    RoleGrantSchema,
    RosterSchema,
    SetRosterSchema,
    StaffPageSchema,
    StaffQuerySchema,
    StaffSchema,
    TransferSchema,
)
from accounts.schemas import OrganisationSchema
from api.context import actor, parts, session
from api.etags import if_match
from api.paging import page
from api.routes import Routes
from database.base import Json
from database.session import now

routes = Routes("accounts", "/accounts", "Staff, rights, devices, offices and their rosters")


def _staff(person: Person) -> Json:
    return queries.staff_facts(session(), [person])[0]


@routes.route("/staff", methods=["GET"])
@routes.arguments(StaffQuerySchema, location="query")
@routes.response(200, StaffPageSchema)
def list_staff(query: dict[str, Any]) -> Json:
    """List the staff of the divisions that the caller administers. For the three administrators."""
    statement = queries.staff_seen_by(actor(), query)
    rows, cursor = page(session(), statement, [Person.region_code, Person.id], [str, UUID], query)
    return {"items": queries.staff_facts(session(), rows), "next_cursor": cursor}


@routes.route("/staff", methods=["POST"])
@routes.arguments(CreateStaffSchema)
@routes.response(201, StaffSchema, etag=True, location="/accounts/staff/{id}")
def create_staff(data: dict[str, Any]) -> Json:
    """Make an account in an office, without any right yet. For the system administrator."""
    return _staff(staff.create_staff(session(), actor(), data))


@routes.route("/staff/<uuid:person_id>", methods=["GET"])
@routes.response(200, StaffSchema, etag=True)
def show_staff(person_id: UUID) -> Json:
    """Show one member of staff with his rights. For the three administrators."""
    return _staff(queries.staff_member(session(), actor(), person_id))


@routes.route("/staff/<uuid:person_id>/grants", methods=["POST"])
@routes.arguments(GrantRoleSchema)
@routes.response(201, RoleGrantSchema)
def grant_role(data: dict[str, Any], person_id: UUID) -> Json:
    """Grant a role in an office for a division. For the security administrator, never to himself."""
    grant = staff.grant_role(session(), actor(), person_id, data)
    return queries.grant_facts(grant, session().get_one(Organisation, grant.org_id))


@routes.route("/staff/<uuid:person_id>/grants/<uuid:grant_id>", methods=["DELETE"])
@routes.response(200, StaffSchema)
def revoke_grant(person_id: UUID, grant_id: UUID) -> Json:
    """Revoke a role. It acts at once; the person's sessions drain. For the security administrator."""
    lifetime = parts().settings.drain_lifetime
    return _staff(staff.revoke_grant(session(), actor(), person_id, grant_id, lifetime))


@routes.route("/staff/<uuid:person_id>/transfer", methods=["POST"])
@routes.arguments(TransferSchema)
@routes.response(200, StaffSchema)
def transfer_staff(data: dict[str, Any], person_id: UUID) -> Json:
    """Transfer somebody to another office. For the system administrator.

    The roles of his office go with him to one of the same kind whose division is not wider; his other rights end.
    """
    return _staff(transfers.transfer(session(), actor(), person_id, data))


@routes.route("/staff/<uuid:person_id>/removal", methods=["POST"])
@routes.arguments(RemovalSchema)
@routes.response(200, StaffSchema)
def remove_staff(data: dict[str, Any], person_id: UUID) -> Json:
    """Remove somebody who has left. For the system and the security administrator.

    An administrator is removed by the security administrator or one of the level above. Every right ends now.
    His sessions drain for 30 days: what lies on his devices can still be handed in.
    """
    return _staff(staff.remove_staff(session(), actor(), person_id, data, parts().settings.drain_lifetime))


@routes.route("/staff/<uuid:person_id>/credential", methods=["PUT"])
@routes.arguments(CredentialSchema)
@routes.response(200, StaffSchema)
def reset_credential(data: dict[str, Any], person_id: UUID) -> Json:
    """Give somebody a new password and second factor. For the system administrator of all divisions where he has rights.

    For an administrator's account, of the level above. All sessions of the person end, and he is told.
    """
    return _staff(credentials.reset_credential(session(), actor(), person_id, data))


@routes.route("/devices/<uuid:install>/loss", methods=["POST"])
@routes.response(200, DeviceSchema)
def report_loss(install: UUID) -> Json:
    """Report a phone lost: it is told to wipe itself, and its sessions end now.

    For the security administrator and the leader of whoever was signed in there. The answer says what it had not handed in.
    """
    return devices.report_loss(session(), actor(), install)


@routes.route("/organisations", methods=["GET"])
@routes.arguments(OrganisationQuerySchema, location="query")
@routes.response(200, OrganisationPageSchema)
def list_organisations(query: dict[str, Any]) -> Json:
    """List offices, by division, kind, parent or words of the name."""
    rows, cursor = page(session(), queries.organisations(query), [Organisation.code], [str], query)
    return {"items": [queries.organisation_facts(org) for org in rows], "next_cursor": cursor}


@routes.route("/organisations", methods=["POST"])
@routes.arguments(OpenOrganisationSchema)
@routes.response(201, OrganisationSchema, etag=True, location="/accounts/organisations/{id}")
def open_organisation(data: dict[str, Any]) -> Json:
    """Open a town's, department's, police station's or utility's office. For the system administrator of the division."""
    return queries.organisation_facts(organisations.open_organisation(session(), actor(), data))


@routes.route("/organisations/<uuid:org_id>", methods=["GET"])
@routes.response(200, OrganisationSchema, etag=True)
def show_organisation(org_id: UUID) -> Json:
    """Show an office, also one that was closed."""
    return queries.organisation_facts(queries.organisation(session(), org_id))


@routes.route("/organisations/<uuid:org_id>", methods=["PUT"])
@routes.arguments(EditOrganisationSchema)
@routes.response(200, OrganisationSchema, etag=True)
@if_match()
def edit_organisation(data: dict[str, Any], org_id: UUID, seen_revision: int | None) -> Json:
    """Change an office's names and telephone number. For the system administrator of its division."""
    return queries.organisation_facts(organisations.edit_organisation(session(), actor(), org_id, seen_revision, data))


@routes.route("/organisations/<uuid:org_id>", methods=["DELETE"])
@routes.response(200, OrganisationSchema, etag=True)
@if_match()
def close_organisation(org_id: UUID, seen_revision: int | None) -> Json:
    """Close an office in which nobody works any more. For the system administrator of its division.

    It stays readable, because letters name it. Brigades and committee offices are never closed.
    """
    return queries.organisation_facts(organisations.close_organisation(session(), actor(), org_id, seen_revision))


@routes.route("/organisations/<uuid:org_id>/people", methods=["GET"])
@routes.response(200, ColleaguesSchema)
def list_colleagues(org_id: UUID) -> Json:
    """List who works in an office now. For its own people and those of its division, as its roster."""
    org = duty.roster_seen(session(), actor(), org_id)
    return {"items": queries.colleagues(session(), org.id, now(session()))}


@routes.route("/organisations/<uuid:org_id>/roster", methods=["GET"])
@routes.response(200, RosterSchema, etag=True)
def show_roster(org_id: UUID) -> Json:
    """Show who leads an office when, and who stands in for whom. For its own people and those of its division."""
    return _roster(duty.roster_seen(session(), actor(), org_id))


@routes.route("/organisations/<uuid:org_id>/roster", methods=["PUT"])
@routes.arguments(SetRosterSchema)
@routes.response(200, RosterSchema, etag=True)
@if_match()
def set_roster(data: dict[str, Any], org_id: UUID, seen_revision: int | None) -> Json:
    """Replace the shifts that are not over. For who leads the office or one above it."""
    return _roster(duty.set_roster(session(), actor(), org_id, seen_revision, data["shifts"]))


def _roster(org: Organisation) -> Json:
    moment = now(session())
    on_duty_id, may_set = duty.on_duty(session(), org.id, moment), duty.leads(session(), actor(), org)
    shifts, deputies = duty.shifts_of(session(), org.id, moment), duty.deputies_in(session(), org.id, moment)
    named = {on_duty_id, *(shift.person_id for shift in shifts)}
    named |= {person_id for row in deputies for person_id in (row.person_id, row.deputy_id)}
    offices = [org.id, org.parent_id] if may_set else [org.id]
    return {
        "org_id": org.id,
        "revision": org.revision,
        "on_duty_id": on_duty_id,
        "shifts": shifts,
        "deputies": deputies,
        "people": queries.roster_people(session(), offices, named, moment),
        "may_set": may_set,
    }


@routes.route("/deputies", methods=["POST"])
@routes.arguments(NameDeputySchema)
@routes.response(201, DeputySchema)
def name_deputy(data: dict[str, Any]) -> Any:
    """Name a deputy (AB 角) for a time. For oneself; for others, the office's leader and the security administrator."""
    return duty.name_deputy(session(), actor(), data)


@routes.route("/deputies/<uuid:deputy_id>", methods=["DELETE"])
@routes.response(204)
def end_deputy(deputy_id: UUID) -> None:
    """End a deputyship before its time. For whoever could have named it."""
    duty.end_deputy(session(), actor(), deputy_id)
