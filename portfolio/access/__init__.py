"""May this actor do this, here? One table (access.yaml), one function."""

from portfolio.access.table import TABLE, can, require

__all__ = ["TABLE", "can", "require"]
