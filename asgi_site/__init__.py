"""A site that uses the plugin; nothing imports it."""
