"""Invalid crontab expressions and their error messages (S3)."""

import pytest

from shop.background.scheduling.crontab import canonical


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("60 * * * *", "minute: '60' is not in 0-59"),
        ("-1 * * * *", "minute: '-1' is not in 0-59"),
        ("1,,2 * * * *", "minute: '' is not in 0-59"),
        ("*/0 * * * *", "minute: step 0 is not in 1-60"),
        ("*/61 * * * *", "minute: step 61 is not in 1-60"),
        ("99 99 * * *", "minute: '99' is not in 0-59"),
        ("0 9-24 * * *", "hour: '24' is not in 0-23"),
        ("0 0 0 * *", "day-of-month: '0' is not in 1-31"),
        ("0 0 L * *", "day-of-month: 'l' is not in 1-31"),
        ("0 0 ? * *", "day-of-month: '?' is not in 1-31"),
        ("0 0 * 13 *", "month: '13' is not in 1-12 (jan-dec)"),
        ("0 0 * * 8", "day-of-week: '8' is not in 0-7 (sun-sat)"),
        ("0 0 * * 5#3", "day-of-week: '5#3' is not in 0-7 (sun-sat)"),
        ("0 0 * * mon-jan", "day-of-week: 'jan' is not in 0-7 (sun-sat)"),
        ("0 0 31 2 *", "day-of-month: '31' is in no month of '2'"),
        ("0 0 30 feb *", "day-of-month: '30' is in no month of 'feb'"),
        ("0 0 31 4,6 */2", "day-of-month: '31' is in no month of '4,6'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_and_its_range(
    expression: str, message: str
) -> None:
    with pytest.raises(ValueError, match=r"^") as refused:
        canonical(expression)

    assert str(refused.value) == message


@pytest.mark.parametrize("expression", ["@reboot", "@every 5m", "", "* * * *", "0 0 0 * * *"])
def test_what_has_no_five_fields_is_refused_with_their_names(expression: str) -> None:
    with pytest.raises(ValueError, match="is neither five fields") as refused:
        canonical(expression)

    assert str(refused.value) == (
        f"{expression!r} is neither five fields (minute hour day-of-month month day-of-week) "
        "nor one of @hourly @daily @midnight @weekly @monthly @yearly @annually"
    )
