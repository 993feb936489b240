from hypothesis import given
from hypothesis import strategies as st

from lessontools.loop.ledger import MOST, Ledger


def test_a_pass_that_was_used_and_not_cleared_is_used_again():
    ledger = Ledger()
    ledger.added(0, 1)
    assert ledger.updated(0).again == ()
    ledger.added(0, 2)
    assert ledger.updated(0) == type(ledger.updated(1))((1, 2), (1,))


def test_accumulation_is_not_using_again():
    ledger = Ledger()
    for first in (1, 4, 7):
        for each in range(first, first + 3):
            ledger.added(0, each)
        assert ledger.updated(0).again == ()
        assert ledger.cleared(0) == ()


def test_clearing_tells_what_was_thrown_away_unused():
    ledger = Ledger()
    ledger.added(0, 1)
    ledger.added(0, 2)
    assert ledger.cleared(0) == (1, 2)
    assert ledger.held(0) == ()


@given(st.lists(st.sampled_from(["add", "clear", "update"]), max_size=300))
def test_the_ledger_stays_small_and_only_names_passes_that_were_added(moves):
    ledger, added = Ledger(), 0
    for move in moves:
        if move == "add":
            added += 1
            ledger.added(0, added)
        elif move == "clear":
            assert set(ledger.cleared(0)) <= set(range(1, added + 1))
        else:
            used = ledger.updated(0)
            assert set(used.again) <= set(used.held)
    assert len(ledger.page(0).held) <= MOST


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "clear", "update"]), st.sets(st.integers(0, 3), min_size=1)), max_size=60
    )
)
def test_sharing_pages_changes_nothing(moves):
    together, alone, passes = Ledger(), Ledger(), 0
    for move, chosen in moves:
        params = sorted(chosen)
        if move == "add":
            passes += 1
            together.grown(params, passes)
            for each in params:
                alone.added(each, passes)
        elif move == "clear":
            assert [together.cleared(each) for each in params] == [alone.cleared(each) for each in params]
        else:
            plain = together.followed(params)
            found = [alone.updated(each) for each in params]
            assert not plain or all(each.held and not each.again for each in found)
            if not plain:
                assert [together.updated(each) for each in params] == found
        for each in range(4):
            assert together.held(each) == alone.held(each)
            assert together.spent(each) == alone.spent(each)
