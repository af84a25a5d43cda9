"""How to get from one definition to the next, and what that would do to the data."""
