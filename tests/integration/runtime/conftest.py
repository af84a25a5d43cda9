"""What these tests share with others."""

from tests.integration.followers import follow, unregistered

__all__ = ["follow", "unregistered"]
