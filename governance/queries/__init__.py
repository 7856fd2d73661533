"""Which joined pictures do the screens want? One module a screen; every list is one query whatever its length."""
