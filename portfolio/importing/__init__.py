"""How does a file that others made become rows we can register?

Pure: files and values in, values out; no Django, no database, no clock. `reading` opens a file as a `Table`; `columns`
and `stages` propose what its headers and words mean; `plan` turns it into rows with an identity and accounts for every
row; `match` and `merge` set them against what is registered.
"""
