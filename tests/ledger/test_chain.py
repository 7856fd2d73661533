"""What may be put on record, and how is it spelled and hashed? No database."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.db.models import TextChoices

from ledger import chain
from tests.ledger import oracle

CHAIN = UUID("11111111-2222-4333-8444-555555555555")


def test_hash_follows_the_formula_of_the_second_implementation():
    assert chain.genesis(CHAIN) == oracle.first_hash(CHAIN)
    assert chain.entry_hash(CHAIN, 7, b"p" * 32, b"{}") == oracle.next_hash(CHAIN, 7, b"p" * 32, b"{}")


def test_hash_known_value_never_changes():
    # Worked out once with sha256sum; a change here would orphan every stored chain.
    assert (
        chain.entry_hash(CHAIN, 1, chain.genesis(CHAIN), b'{"v":1}').hex()
        == "b3494f0356aaf4fefa85e32e9415c7489babd384ef96c9ccf54f0cf5ca5f9cc1"
    )


class Stage(TextChoices):
    PILOT = "pilot"


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (Decimal("12.30"), "12.30"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2026-02-28T23:00:00.000000Z"),
        (CHAIN, "11111111-2222-4333-8444-555555555555"),
        (Stage.PILOT, "pilot"),
        ((1, [True, None]), [1, [True, None]]),
        ({"slots": {"taken": 3}}, {"slots": {"taken": 3}}),
        (2**53 - 1, 2**53 - 1),
    ],
)
def test_plain_spells_each_value_in_one_way(value, spelled):
    result = chain.plain(value)
    assert result == spelled
    assert type(result) is type(spelled)


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        {"share": [1, {"deep": 0.5}]},
        2**53,
        -(2**53),
        Decimal("NaN"),
        datetime(2026, 3, 1),
        {1: "x"},
        {"reason": "because"},
        {"conditions": [{"text": "free text"}]},
        {"name": "Ana"},
        "nul \x00",
        "lone \ud800",
        {"\ud800": 1},
        {1, 2},
        b"bytes",
        object(),
    ],
)
def test_plain_refuses_what_has_no_one_spelling_or_belongs_in_private(value):
    with pytest.raises(chain.PayloadRefused):
        chain.plain(value)


def test_refusal_names_the_place():
    with pytest.raises(chain.PayloadRefused, match=r"payload\.share\[1\]\.deep: floats"):
        chain.plain({"share": [1, {"deep": 0.5}]})


def test_stamp_is_utc_with_six_decimals():
    assert chain.stamp(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000000Z"


def test_commitment_depends_on_salt_and_text():
    said = chain.commitment(b"s" * 32, "Zoë")
    assert said == chain.commitment(b"s" * 32, "Zoë")
    assert said != chain.commitment(b"t" * 32, "Zoë")
    assert said != chain.commitment(b"s" * 32, "Zoe")
