"""Addresses of people, consent and the bodies that companies belong to."""

from django.urls import path

from organisations.views import account, bodies, body_companies, invitations, log, people, platform, sharing

app_name = "organisations"
urlpatterns = [
    path("invitations/<str:token>", invitations.opened, name="invitation"),
    path("o/<uuid:organisation_id>/people", people.people, name="people"),
    path("o/<uuid:organisation_id>/people/<uuid:key>/role", people.change_role, name="member_role"),
    path("o/<uuid:organisation_id>/people/<uuid:key>/remove", people.remove, name="member_remove"),
    path(
        "o/<uuid:organisation_id>/invitations/<uuid:invitation_id>/again", people.invite_again, name="invitation_again"
    ),
    path(
        "o/<uuid:organisation_id>/invitations/<uuid:invitation_id>/revoke", people.take_back, name="invitation_revoke"
    ),
    path("b/<uuid:body_id>/staff", bodies.people, name="staff"),
    path("b/<uuid:body_id>/staff/<uuid:key>", bodies.person, name="staff_member"),
    path("b/<uuid:body_id>/staff/invitations/<uuid:invitation_id>", bodies.staff_invitation, name="staff_invitation"),
    path("b/<uuid:body_id>/companies/invite", body_companies.invite_company, name="invite_company"),
    path(
        "b/<uuid:body_id>/companies/invitations/<uuid:invitation_id>",
        body_companies.company_invitation,
        name="company_invitation",
    ),
    path("b/<uuid:body_id>/c/<uuid:organisation_id>/part", bodies.part, name="part"),
    path("platform/", platform.overview, name="platform"),
    path("platform/authors", platform.authors, name="authors"),
    path("platform/b/<uuid:body_id>", platform.one_body, name="platform_body"),
    path("o/<uuid:organisation_id>/sharing", sharing.overview, name="sharing"),
    path("o/<uuid:organisation_id>/sharing/grant", sharing.give, name="sharing_grant"),
    path("o/<uuid:organisation_id>/sharing/<uuid:grant_id>/revoke", sharing.stop, name="sharing_revoke"),
    path("o/<uuid:organisation_id>/sharing/<uuid:affiliation_id>/leave", sharing.leave, name="sharing_leave"),
    path("o/<uuid:organisation_id>/log", log.lines, name="log"),
    path("platform/audit", log.check, name="audit"),
    path("account/delete-me", account.delete_me, name="account_delete"),
]
