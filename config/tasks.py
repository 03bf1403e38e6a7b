"""Tasks of the instance as a whole."""

from celery import shared_task

from config import health


@shared_task
def heartbeat() -> None:
    """Tell /healthz that clock, Redis and worker do their work."""
    health.beat()
