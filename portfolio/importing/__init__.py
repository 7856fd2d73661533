"""How does somebody else's spreadsheet become use cases? Pure: bytes in, rows and reports out; nothing is stored here.

`reading` opens a file as a `Table`; `columns` and `stages` propose what its headers and words mean; `plan` turns it
into rows with an identity, and accounts for every row.
"""
