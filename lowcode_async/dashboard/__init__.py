"""The dashboard in the browser: the page that `frontend/` is built into, and nothing else."""
