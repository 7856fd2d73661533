"""Settings of the property tests of this folder."""

from hypothesis import settings

# A busy machine makes any single example slow; the whole run has its own limit.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
