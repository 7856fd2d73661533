"""Is this process alive, and can it serve? No sign-in, and no detail that helps an attacker."""

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Each part by name. Only the database decides: without the broker work is late, never lost."""
    parts = {"database": _database(), "migrations": _migrations(), "broker": _broker()}
    serves = parts["database"] == "ok" and parts["migrations"] == "ok"
    return JsonResponse({"status": "ok" if serves else "unavailable", "parts": parts}, status=200 if serves else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok"
    except Exception:
        return "unavailable"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except Exception:
        return "unavailable"


def _broker() -> str:
    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=None)
        if not client.ping():
            return "degraded"
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
        return "ok" if policy in (None, "noeviction") else "wrong eviction policy"
    except Exception:
        return "degraded"
