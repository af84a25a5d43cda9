"""Throw-away servers: each in a folder of its own, on a free port, gone when the tests are."""
