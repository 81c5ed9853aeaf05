"""The one settings file: safe by default, every choice of the operator read through `config.env`.

With nothing configured but SECRET_KEY: SQLite, a file-system broker and files, all under VAR_DIR. With DATABASE_URL and
REDIS_URL: PostgreSQL and Redis, any number of hosts.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from config import background, env
from config.browser import NOTHING_BUT_PASSKEYS
from config.masking import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_file(BASE_DIR / ".env")

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret_key(debug=DEBUG)
# Earlier keys: what they signed or locked (links, sessions, second factors) still opens while they stand here.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
# What seals the audit log. With a key of its own, SECRET_KEY can be renewed without ending the log.
AUDIT_KEY = env.text("AUDIT_KEY") or SECRET_KEY
SECURE = env.flag("SECURE", default=not DEBUG)
VAR_DIR = Path(env.text("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default="127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "config",
    "guidance",
    "organisations",
    "assessments",
    "cohorts",
    "advising",
    "reports",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    # Always installed, so that its tables follow a deleted person; nobody can use it without OIDC_ISSUER_URL.
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
# The first five set headers and never touch the body: before BodyLimit, so that its refusal has them too.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.SiteHeaders",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.BodyLimit",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------------------------


def database() -> dict[str, Any]:
    """As DATABASE_URL says at this moment."""
    return env.database(VAR_DIR)


DATABASES = {"default": database()}
CACHES = {"default": env.cache(VAR_DIR / "cache")}
GUIDANCE_LIBRARY = Path(env.text("GUIDANCE_LIBRARY", default=str(BASE_DIR / "guidance" / "library")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files"), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The print fonts are read from disk by the renderer; nobody downloads 15 MB of them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["ttf", "woff2", "png", "jpg", "gz", "br", "zip"]

# --- who ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses a locked account before a password is looked at
    "allauth.account.auth_backends.AuthenticationBackend",
    "organisations.backends.PlatformBackend",  # signs nobody in; answers for the roles of the service
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "assessments:home"
LOGOUT_REDIRECT_URL = "assessments:front"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[経安カルテ] "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_ADAPTER = "organisations.adapters.AccountAdapter"
# A change of password, address or second factor is told by mail: the person learns of one that was not theirs.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Another address, another way in: a browser left open is not enough.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# A code by mail instead of a password: respondents have none. Ten minutes, because company mail may be slow.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
# From signing in, not from the last click: a session is never prolonged.
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", default=12, least=1) * 3600

# --- second factor ------------------------------------------------------------------------------------------------

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "organisations.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "organisations.factor_forms.CodeForm",
    "activate_totp": "organisations.factor_forms.AppForm",
    "add_webauthn": "organisations.factor_forms.KeyForm",
    "edit_webauthn": "organisations.factor_forms.RenameKeyForm",
}
MFA_TOTP_ISSUER = "経安カルテ"
MFA_TOTP_TOLERANCE = 1  # phones whose clocks are half a minute off
MFA_RECOVERY_CODE_COUNT = 10
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = (
    not SECURE
)  # http://localhost only: browsers offer passkeys on no other http address
# A browser that skips the second step is one more thing that can be stolen.
MFA_TRUST_ENABLED = False
USERSESSIONS_TRACK_ACTIVITY = False  # would write to the database at every request

# --- sign-in with the account of an organisation (OpenID Connect) -------------------------------------------------

OIDC = env.openid_connect()
OIDC_ENABLED = OIDC is not None
SOCIALACCOUNT_ADAPTER = "organisations.adapters.OutsideAccountAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {"APPS": [OIDC.app()] if OIDC else [], "OAUTH_PKCE_ENABLED": True}
}
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
# Off: an outside sign-in opens an existing account only after its owner connected the two from within. On: the
# provider's word (`email_verified`) is taken for the mailbox, and whoever controls the provider can enter any account.
OIDC_TRUST_EMAIL = env.flag("OIDC_TRUST_EMAIL", default=False)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = OIDC_TRUST_EMAIL
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = OIDC_TRUST_EMAIL

# --- limits -------------------------------------------------------------------------------------------------------
# An office of 30 people shares one address (NAT). So what counts by address leaves room for all of them to sign in
# within a few minutes, wrong once or twice; what counts by account or person is what one person could do by hand.

LOCK_MINUTES = 15
LOCK_AFTER_FROM_ADDRESS = 10
LOCK_AFTER_FROM_ANYWHERE = 20
ACCOUNT_RATE_LIMITS = {
    "login": "100/5m/ip",
    # What axes below counts too, here before the password is looked at: tries sent all at once cannot overtake it.
    "login_failed": f"40/5m/ip,{LOCK_AFTER_FROM_ANYWHERE}/{LOCK_MINUTES}m/key",
    "signup": "90/10m/ip",
    "reset_password": "30/10m/ip,3/10m/key",
    "reset_password_from_key": "30/10m/ip",
    "request_login_code": "60/10m/ip,5/10m/key",
    "reauthenticate": "10/5m/user",
    "second_factor": f"8/{LOCK_MINUTES}m/key",  # of six digits: who has the first factor guesses once in two years
    # Ours, by `organisations.limits.limited`: `key` is the person, or for somebody unknown the address.
    "quick_check": "120/10m/key",
    "quick_sheet": "60/10m/key",
    "report": "30/10m/key",
    "batch": "20/1h/key",
    "draft_upload": "20/10m/user",
    "invitation": "60/1h/key",
    "upload": "120/1h/key",
    "export": "20/1h/key",
    "join": "30/10m/key",  # of codes of ten signs: guessing one takes longer than any round
}
AXES_HANDLER = "organisations.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = LOCK_AFTER_FROM_ADDRESS
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]  # LockoutHandler reads them in this order
AXES_COOLOFF_TIME = timedelta(minutes=LOCK_MINUTES)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or whoever keeps trying would keep the owner out for ever
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "organisations.lockout.account_key"
AXES_CLIENT_IP_CALLABLE = "organisations.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "organisations.lockout.locked"
# Nothing of who tried is kept longer than the lock, and none of it in the log.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "next", "csrfmiddlewaretoken", "remember"]

# --- security -----------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Limits on sign-in count by address: behind a proxy all visitors would share the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
# With __Host- a browser takes the cookie from this very host over https alone: no subdomain can plant one.
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
WHITENOISE_ALLOW_ALL_ORIGINS = False
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Chromium asks form-action about redirects too, and the button of an outside sign-in is a form that redirects.
        "form-action": [SELF, *(OIDC.origins if OIDC else ())],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}
PERMISSIONS_POLICY = NOTHING_BUT_PASSKEYS
# A questionnaire section is a few kilobytes; a form of a thousand fields is not one of ours.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
# One file; and a whole request, which is that file and the fields around it. More is refused before it is read.
UPLOAD_LIMIT_MB = env.number("UPLOAD_LIMIT_MB", default=10, least=1)
UPLOAD_LIMIT_BYTES = UPLOAD_LIMIT_MB * 2**20
BODY_LIMIT_BYTES = UPLOAD_LIMIT_BYTES + 2 * 2**20
# What companies handed in is read by the service's own user alone.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# Evidence files of one company, together.
EVIDENCE_QUOTA_MB = env.number("EVIDENCE_QUOTA_MB", default=200, least=1)

# --- language -----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- forms --------------------------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = DEBUG

# --- mail ---------------------------------------------------------------------------------------------------------

EMAIL_URL = env.text("EMAIL_URL")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 10  # a mail server that hangs must not hold the person who waits for the page
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="経安カルテ <noreply@localhost>")

# --- groups of companies ------------------------------------------------------------------------------------------

# No figure rests on fewer companies than this, unless each of them agreed to be named.
COHORT_K = env.number("COHORT_K", default=5, least=3)
# So many companies wait before they are counted together; on the closing day, or when a coordinator asks, fewer.
COHORT_WAIT_FOR = env.number("COHORT_WAIT_FOR", default=24, least=4)
COHORT_SWEEP_SECONDS = env.number("COHORT_SWEEP_SECONDS", default=60, least=1)

# --- background jobs ----------------------------------------------------------------------------------------------

REDIS_URL = env.redis_url()
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = background.broker(REDIS_URL, BROKER_DIR)
CELERY_TASK_QUEUES, CELERY_TASK_ROUTES = background.QUEUES, background.ROUTES
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_EXCHANGE = CELERY_TASK_DEFAULT_ROUTING_KEY = background.REPORTS
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
# A running job that gave no sign of life for so long was lost with its worker; the sweep rings for it again.
REPORT_LEASE_SECONDS = env.number("REPORT_LEASE_SECONDS", default=150, least=1)
REPORT_SWEEP_SECONDS = env.number("REPORT_SWEEP_SECONDS", default=30, least=1)
# So many files of one order of many are on their way at a time; as many workers can print them side by side.
BATCH_AHEAD = env.number("BATCH_AHEAD", default=4, least=1)
# Of one order: twice as many companies as the largest network has, in two languages.
BATCH_MOST_FILES = 12_500
CELERY_BEAT_SCHEDULE = {
    "sweep-reports": {"task": "reports.sweep", "schedule": float(REPORT_SWEEP_SECONDS)},
    "tidy": {"task": "reports.tidy", "schedule": timedelta(days=1)},
    "open-rounds": {"task": "cohorts.open_rounds", "schedule": float(COHORT_SWEEP_SECONDS)},
    "send-notices": {"task": "cohorts.send_notices", "schedule": float(COHORT_SWEEP_SECONDS)},
    "count-companies": {"task": "cohorts.count_companies", "schedule": timedelta(minutes=10)},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- how long what is kept ----------------------------------------------------------------------------------------

# Between a company's wish to be deleted and its deletion; until then every owner can take the wish back.
DELETION_DELAY_DAYS = env.number("DELETION_DELAY_DAYS", default=14, least=1)
# After an invitation has ended, its address is forgotten. 0: never.
RETENTION_INVITATION_DAYS = env.number("RETENTION_INVITATION_DAYS", default=90)
# After a PDF was made, it is removed; its submission stays, and it can be made again. 0: never.
RETENTION_REPORT_DAYS = env.number("RETENTION_REPORT_DAYS", default=0)

# --- printing -----------------------------------------------------------------------------------------------------

PRINT_ASSETS = BASE_DIR / "static"
FONTS_DIR = Path(env.text("FONTS_DIR", default=str(BASE_DIR / "static" / "fonts")))

# --- log ----------------------------------------------------------------------------------------------------------

LOG_LEVEL = env.text("LOG_LEVEL", default="INFO")
LOGGING = logging_config(LOG_LEVEL)
