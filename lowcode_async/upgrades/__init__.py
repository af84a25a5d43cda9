"""The run of one upgrade: in by the service, from stage to stage by the runner."""
