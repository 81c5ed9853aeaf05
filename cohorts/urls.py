"""Addresses of rounds: opening one, who takes part, reminders, workshops."""

from django.urls import path

from cohorts.views import board, joining, listing, reminders, rounds, workshops

app_name = "cohorts"
urlpatterns = [
    path("join", joining.join, name="join"),
    path("b/<uuid:body_id>/rounds", rounds.overview, name="rounds"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/", rounds.hub, name="round"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/open", rounds.invite, name="open"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/change", rounds.change, name="round_change"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/code", rounds.new_code, name="round_code"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/list", listing.take, name="import"),
    path(
        "b/<uuid:body_id>/rounds/<uuid:round_id>/list/template.<str:ending>", listing.template, name="import_template"
    ),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/list/remove", listing.take_off, name="list_remove"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/workshops/", workshops.workshops, name="workshops"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/workshops/<uuid:plan_id>/", workshops.workshop, name="workshop"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/board", board.board, name="board"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/board.xlsx", board.board_file, {"kind": "xlsx"}, name="board_xlsx"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/board.csv", board.board_file, {"kind": "csv"}, name="board_csv"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/reminders", reminders.reminders, name="reminders"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/reminders/now", reminders.remind_now, name="remind_now"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/reminders/again", reminders.notices_again, name="notices_again"),
    path(
        "b/<uuid:body_id>/rounds/<uuid:round_id>/reminders/<uuid:reminder_id>/cancel",
        reminders.reminder_cancel,
        name="reminder_cancel",
    ),
]
