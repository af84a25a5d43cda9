"""Upgrades over WebSockets, as they happen."""
