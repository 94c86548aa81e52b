from shop.background.peers import Peers


def test_who_counts_on_is_alive() -> None:
    peers = Peers(longest_silence=10)

    found = [peers.silent({"other": moment}, moment) for moment in range(30)]

    assert found == [set()] * 30


def test_who_stands_still_for_too_long_is_silent() -> None:
    peers = Peers(longest_silence=10)

    found = [moment for moment in range(14) if peers.silent({"other": 7, "live": moment}, moment)]

    assert found == [11, 12, 13]
    assert peers.silent({"other": 7, "live": 14}, 14) == {"other"}


def test_who_counts_on_again_is_alive_again() -> None:
    peers = Peers(longest_silence=10)
    for moment in range(14):
        peers.silent({"other": 7}, moment)

    assert peers.silent({"other": 8}, 14) == set()


def test_who_stood_still_itself_begins_anew() -> None:
    peers = Peers(longest_silence=10)
    for moment in range(10):
        peers.silent({"other": 7}, moment)

    assert peers.silent({"other": 7}, 100) == set()
    assert peers.silent({"other": 7}, 105) == set()


def test_who_stands_still_again_and_again_finds_the_silent_all_the_same() -> None:
    """Such as on a busy machine."""
    peers = Peers(longest_silence=10)

    found = [moment for moment in (0, 4, 13, 17, 20) if peers.silent({"other": 7}, moment)]

    assert found == [20]


def test_who_stands_still_at_each_look_finds_the_silent_in_the_end() -> None:
    peers = Peers(longest_silence=10)

    found = [n for n in range(10) if peers.silent({"other": 7, "live": n}, n * 9)]

    assert found == [7, 8, 9]
    assert peers.silent({"other": 7, "live": 10}, 90) == {"other"}
    assert peers.silent({"other": 8, "live": 11}, 99) == set()


def test_who_is_gone_is_forgotten() -> None:
    peers = Peers(longest_silence=10)
    peers.silent({"other": 7}, 0)
    peers.silent({}, 5)

    assert peers.silent({"other": 7}, 10) == set()
    assert peers.silent({"other": 7}, 14) == set()
