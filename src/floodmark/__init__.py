"""Floodmark shows how far a customer-data breach reached."""

__version__ = "0.1.0"
