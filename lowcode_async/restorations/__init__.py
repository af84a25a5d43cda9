"""The restore of a backup from afar: asked for, carried out by a worker, and watched without the database.

start_restoration  have a backup restored
get_restoration    how it stands
run_restoration    what the worker does
"""
