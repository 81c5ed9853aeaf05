"""Addresses of people, consent and the bodies that companies belong to."""

from django.urls import path

from organisations.views import invitations

app_name = "organisations"
urlpatterns = [
    path("invitations/<str:token>", invitations.opened, name="invitation"),
]
