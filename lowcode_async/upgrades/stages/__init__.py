"""The stages of an upgrade, one a file."""
