"""The commands that are started, and what they are given."""

import argparse
import logging

from daphne.cli import CommandLineInterface
from django.conf import settings

from config import celery, plan
from spaces.protocol import MAX_FRAME


def test_daphne_takes_no_more_than_it_must() -> None:
    _python, _m, _daphne, *given = plan.web(settings.INSTANCE, None)
    parser: argparse.ArgumentParser = CommandLineInterface().parser
    args = parser.parse_args(given)
    for limit in (args.websocket_max_frame_size, args.websocket_max_message_size):
        assert MAX_FRAME < limit <= 2 * MAX_FRAME


def test_each_task_is_scheduled_once() -> None:
    tasks = [entry["task"] for entry in celery.app.conf.beat_schedule.values()]
    assert len(tasks) == len(set(tasks))


def test_a_layer_that_is_away_is_said_by_us_and_not_in_tracebacks() -> None:
    level = settings.LOGGING["loggers"]["channels_redis.pubsub"]["level"]
    assert logging.getLevelName(level) == logging.CRITICAL
