"""The site from outside: processes, sockets and signals, as a user has them."""
