"""The site with a few more paths: some that take their time."""
