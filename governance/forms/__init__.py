"""Does what was typed have the right shape? Rules decide; a refusal is shown in the same form."""

from governance.forms.fields import Day, Group, Plain, Text, members_of

__all__ = ["Day", "Group", "Plain", "Text", "members_of"]
