"""The server: Daphne on a socket that outlives the process, ended and replaced without a cut."""
