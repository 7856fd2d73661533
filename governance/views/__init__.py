"""How does a browser ask and see? One module a noun; each view fetches, checks shape, makes one call, answers."""
