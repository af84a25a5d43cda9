"""The dashboard as people use it, in Chromium, at a real server with a real worker."""
