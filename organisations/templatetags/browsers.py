"""What a browser is called by people, from how it names itself."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# Each names the older ones too, for the sake of old sites: the first that is found is the one.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "FxiOS": "Firefox", "Firefox": "Firefox", "CriOS": "Chrome"}
BROWSERS |= {"Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "Chromebook"}
SYSTEMS |= {"Mac OS": "Mac", "Linux": "Linux"}


@register.filter
def browser_name(user_agent: str) -> str:
    """「Chrome（Windows）」: enough to know one's own devices again. A name that anybody can send proves nothing."""
    browser, system = (
        next((name for mark, name in known.items() if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)
    )
    if not browser:
        return _("不明なブラウザー")
    return _("%(browser)s（%(system)s）") % {"browser": browser, "system": system} if system else browser
