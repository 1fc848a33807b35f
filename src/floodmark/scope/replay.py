"""Moved to floodmark.replay."""

from floodmark.replay import *  # noqa: F403
