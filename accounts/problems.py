"""What accounts refuse."""

from __future__ import annotations

from problems import Kind, Problem


class WrongCredentials(Problem):
    """Username, password or second factor is wrong, or the account is gone: one answer for all."""

    kind, code, title = Kind.UNAUTHENTICATED, "wrong_credentials", "用户名、密码或者动态码不正确"


class PasswordChangeRequired(Problem):
    """The caller signed in with a password that an administrator gave him: `PUT /me/password` comes before anything else."""

    kind, code, title = Kind.FORBIDDEN, "password_change_required", "请先修改初始密码"


class WrongCode(Problem):
    """The code is wrong, used, tried too often or older than five minutes: ask for a new one."""

    kind, code, title = Kind.UNAUTHENTICATED, "wrong_code", "验证码不正确或者已失效"


class ProviderRefused(Problem):
    """The identity provider did not confirm the sign-in, or the state is not one that we gave this install."""

    kind, code, title = Kind.UNAUTHENTICATED, "provider_refused", "统一身份认证未通过,请重新登录"


class AuthLevelTooLow(Problem):
    """Sign in through the identity provider: this session's proof of identity is too weak. Data: `needed_level`, `level`."""

    kind, code, title = Kind.FORBIDDEN, "auth_level_too_low", "请退出后通过统一身份认证(实人核验)登录,再办理此事项"


class LegalPersonRequired(Problem):
    """The identity provider did not confirm that the caller is the enterprise's legal person."""

    kind, code, title = Kind.FORBIDDEN, "legal_person_required", "仅限该单位法定代表人以法人身份登录后办理"


class OwnAccount(Problem):
    """Nobody administers his own account or makes himself a deputy."""

    kind, code, title = Kind.FORBIDDEN, "own_account", "不能办理本人账号的管理事项"


class AdministratorsSeparated(Problem):
    """System, security and audit administrator are three people (三员分立)."""

    kind, code, title = Kind.CONFLICT, "administrators_separated", "系统、安全、审计管理员不得由同一人兼任"


class OfficeInUse(Problem):
    """People work in the office, or offices stand below it: transfer or close these first. Data: `people`, `offices`."""

    kind, code, title = Kind.CONFLICT, "office_in_use", "该单位仍有在岗人员或者下级单位,不能撤销"


class UsernameTaken(Problem):
    """Somebody else signs in by this name. Data: `username`."""

    kind, code, title = Kind.CONFLICT, "username_taken", "用户名已被使用"


class PersonExists(Problem):
    """The client-made id already belongs to somebody."""

    kind, code, title = Kind.CONFLICT, "person_exists", "编号已被使用"


class ShiftsOverlap(Problem):
    """Two shifts of one organisation overlap. Data: `starts_at`."""

    kind, code, title = Kind.CONFLICT, "shifts_overlap", "值班时段重叠"
