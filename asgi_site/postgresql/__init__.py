"""Django's backend for PostgreSQL, whose pool need not ask whether a connection lives."""
