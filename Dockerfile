# One image for web, worker and beat (compose.yaml). Build: docker build -t keian-karte .
FROM python:3.11-slim-bookworm AS build
RUN pip install --no-cache-dir "uv>=0.13,<1" && python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN uv pip sync --no-cache --python /opt/venv/bin/python --require-hashes /tmp/requirements.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libfontconfig1 \
 && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONUTF8=1 VAR_DIR=/app/var
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin keian
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
# The static files belong to the image; only var/files is a volume. The key serves this one command and is not kept.
RUN mkdir -p var/files && chown -R keian: var
USER keian
RUN SECRET_KEY=only-for-collecting-static-files python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-class", "gthread", "--threads", "4", "--preload", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "config.wsgi:application"]
