# One image, many roles: web, worker (quick, slow), beat, migrate. See docs/operations/containers.md.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    PILOTAGE_HOME=/data

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin pilotage \
    && install -d -o pilotage -g pilotage /data /secrets

WORKDIR /app
COPY requirements-server.lock .
RUN pip install --require-hashes -r requirements-server.lock
COPY . .
# The key exists only while this line runs: collecting files needs settings, not secrets.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" python manage.py collectstatic --no-input

USER pilotage
EXPOSE 8000
VOLUME ["/data"]
ENTRYPOINT ["python", "-m", "config.container", "run"]
CMD ["gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--bind", "0.0.0.0:8000", "config.wsgi:application"]
