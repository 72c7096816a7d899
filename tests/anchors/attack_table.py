# ruff: noqa: E501  one attack a line: the table is read from top to bottom
"""The table of attacks in docs/attacks.md: `python -m tests.anchors.attack_table` writes it, a test compares."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.anchors.bundle_attacks import ATTACKS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "attacks.md"
STORE, EVENTS = "tests/ledger/test_attacks.py", "tests/event_batches/test_recording.py"
RESTORING, ROTATING = "tests/anchors/test_restoring.py", "tests/anchors/test_rotating.py"
WITNESSING, PLACES = "tests/anchors/test_witnessing.py", "tests/anchors/test_places.py"
RECEIPTS = "tests/ledger/test_receipts_offline.py"
GUARDS, ERASURE = "tests/ledger/test_guards.py", "tests/ledger/test_erasure.py"


@dataclass(frozen=True)
class Tried:
    """An attack on the store or on what is kept outside, what catches it, and the test that tries it."""

    attack: str
    caught_by: str
    file: str
    test: str


TRIED: tuple[Tried, ...] = (
    Tried("a body is edited", "leaf", STORE, "test_an_edited_body_is_caught_by_its_leaf_and_named"),
    Tried("body and leaf are edited", "tree, root", STORE, "test_an_edited_body_with_its_leaf_is_caught_by_the_tree_and_named"),
    Tried("an entry at the open end is edited", "tree, root", STORE, "test_an_edited_entry_at_the_open_end_is_named_too"),
    Tried("everything but the checkpoints is made to fit", "root, earlier checkpoints", STORE, "test_an_edit_of_everything_but_the_checkpoints_is_caught_by_them"),
    Tried("one bit flips", "leaf", STORE, "test_a_flipped_bit_is_caught_in_the_entry_where_it_flipped"),
    Tried("a body is no text any more", "canonical form", STORE, "test_a_body_that_is_no_text_any_more_is_caught"),
    Tried("an entry is deleted", "gap, root", STORE, "test_a_deleted_entry_leaves_a_gap"),
    Tried("an entry is deleted and the rest renumbered", "root, earlier checkpoints", STORE, "test_renumbering_after_a_deletion_does_not_hide_it"),
    Tried("two entries are swapped", "times, tree, root", STORE, "test_swapped_entries_are_caught"),
    Tried("the end is cut off", "root: shorter than the checkpoint", STORE, "test_a_truncated_log_is_shorter_than_its_checkpoint"),
    Tried("the end is cut off together with its checkpoints", "saved checkpoint", STORE, "test_a_log_truncated_with_its_checkpoints_is_caught_by_the_auditors_copy"),
    Tried("everything is rewritten under another key", "signature", STORE, "test_a_log_rewritten_under_another_key_is_not_signed_by_ours"),
    Tried("a log of another name is put in its place", "origin", STORE, "test_a_log_of_another_name_signed_by_our_key_is_refused"),
    Tried("everything is rewritten under the real key", "saved checkpoint", STORE, "test_a_log_rewritten_under_the_real_key_is_caught_by_the_auditors_copy"),
    Tried("an entry is backdated or dated ahead", "times not monotonic", STORE, "test_a_backdated_or_future_dated_entry_breaks_the_order_of_times"),
    Tried("a payload is edited, its salt changed, its row deleted, or it is emptied without an entry", "commitment, erasure", STORE, "test_a_payload_that_was_touched_is_named"),
    Tried("payloads are swapped", "commitment", STORE, "test_payloads_swapped_between_entries_are_named"),
    Tried("an erasure is on record and was not carried out", "erasure", STORE, "test_an_erasure_on_record_that_was_not_carried_out_is_named"),
    Tried("an entry is spelt otherwise: white space, a key twice", "canonical form", STORE, "test_another_spelling_of_an_entry_is_named"),
    Tried("an entry is replayed", "event id", STORE, "test_a_replayed_entry_is_named"),
    Tried("a checkpoint row is deleted", "the entry that quotes it", STORE, "test_a_deleted_checkpoint_is_missed_by_the_entry_after_it"),
    Tried("the newest checkpoint row is deleted", "root: entries under no checkpoint", STORE, "test_a_deleted_newest_checkpoint_leaves_its_entry_uncovered"),
    Tried("an entry is added that no checkpoint ever covered", "root: entries under no checkpoint", STORE, "test_an_entry_appended_behind_the_applications_back_is_under_no_checkpoint"),
    Tried("the stored tree is changed", "stored tree", STORE, "test_a_changed_tree_is_named"),
    Tried("the application goes on after an attack", "everything that caught it before", STORE, "test_entries_written_after_an_attack_do_not_heal_it"),
    Tried("erased particulars are looked for in the database's files", "nothing is found", ERASURE, "test_no_file_of_the_store_holds_an_erased_payload"),
    Tried("a file of events is swapped, re-encoded, re-ordered or deleted", "file hash, row root", EVENTS, "test_what_was_changed_behind_the_ledger_is_caught"),
    Tried("the proof of an event is changed", "row root, entry, signature", EVENTS, "test_a_proof_that_was_changed_is_refused"),
    Tried("an event takes the id of one that is on record, with another time", "refusal", EVENTS, "test_an_id_is_taken_once_whatever_time_it_is_given_later"),
    Tried("the receipt of an act, or its entry, is changed", "entry, signature", RECEIPTS, "test_a_flipped_byte_of_a_receipt_or_its_entry_is_never_accepted"),
    Tried("an old backup is put back (folder)", "hold: the folder is ahead", RESTORING, "test_a_folder_that_is_ahead_holds_the_ledger_and_says_which_checkpoint"),
    Tried("an old backup is put back that knows no places", "hold: the folder is in the settings", RESTORING, "test_a_folder_is_looked_at_even_when_the_backup_knows_no_places"),
    Tried("an old backup is put back (witness)", "hold: the witness is ahead", RESTORING, "test_a_witness_that_is_ahead_holds_the_ledger"),
    Tried("an old backup is put back and filled up again", "hold: the witness saw another root", RESTORING, "test_a_witness_holds_a_ledger_that_went_on_before_it_was_asked"),
    Tried("an old backup is put back (state file)", "hold: the file is ahead", RESTORING, "test_a_state_file_that_is_ahead_holds_the_ledger"),
    Tried("a loss is hidden by resuming", "the new name and key, the entry that states it", RESTORING, "test_the_way_on_is_a_new_name_and_key_with_the_loss_on_record"),
    Tried("the statement of a loss is erased", "refusal", RESTORING, "test_the_loss_cannot_be_erased"),
    Tried("a file in the auditor's folder is written over", "refusal", PLACES, "test_a_file_in_the_folder_is_never_written_again"),
    Tried("the folder is a link to another place", "refusal", PLACES, "test_a_folder_that_the_installation_does_not_allow_gets_nothing"),
    Tried("a witness is shown a second history", "witness", WITNESSING, "test_a_second_history_is_not_cosigned"),
    Tried("a witness is shown a log under another key", "witness", WITNESSING, "test_a_log_under_another_key_is_not_cosigned"),
    Tried("a witness is restarted so that it forgets", "the witness' state", WITNESSING, "test_a_witness_remembers_over_a_restart"),
    Tried("a submission is malformed", "parser refusal", WITNESSING, "test_a_submission_that_is_not_right_gets_no_cosignature"),
    Tried("a cosignature of another key comes back", "signature", PLACES, "test_a_cosignature_of_another_key_is_not_kept"),
    Tried("a time stamp for another request comes back", "nonce, digest", PLACES, "test_a_stamp_for_another_request_is_not_kept"),
    Tried("a time stamp of another authority comes back", "certificate", PLACES, "test_a_stamp_that_leads_to_another_authority_is_not_kept"),
    Tried("the former key goes on signing", "key", ROTATING, "test_the_old_key_signs_nothing_any_more"),
    Tried("a compromised key hands over", "nobody follows", ROTATING, "test_after_a_compromise_nobody_follows_the_old_key"),
    Tried("the file of a former key is put back", "refusal to sign", ROTATING, "test_an_old_key_file_that_was_put_back_does_not_sign"),
)  # fmt: skip

NEVER = """## Never detectable

- An event that was never recorded.
- False input, truthfully recorded.
- A clock that is wrong by less than 15 minutes, or whose entries no witness and no time stamp saw.
- What the holder of database, ledger key, every witness and every kept checkpoint agree on.
- What came after the last checkpoint that left: until then the holder of the key can still write it otherwise.
- Which entries a bundle does not show: its maker chooses them. The ledger's size is stated, and each that is shown is proven.
"""


def table() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Attacks, and what catches them"
    yield ""
    yield f"{len(ATTACKS) + len(TRIED)} attacks are tried by the tests; this page is written from them, and a test fails where they differ."
    yield "Whatever is caught is named: the step, and where there is one, the entry."
    yield ""
    yield "## On a bundle"
    yield ""
    yield "Each is refused by `verify.py` and by the independent verifier in Node, in the step named here. The attacker holds nothing"
    yield "but the file, or the key that signs manifests (so digests and signature fit again), or the ledger's key as well."
    yield ""
    yield "| attack | the attacker holds | caught by |"
    yield "|---|---|---|"
    yield from (f"| {one.name} | {one.holds} | {one.step} |" for one in ATTACKS)
    yield ""
    yield "## On the store, and on what is kept outside"
    yield ""
    yield "| attack | caught by |"
    yield "|---|---|"
    yield from (f"| {one.attack} | {one.caught_by} |" for one in TRIED)
    yield ""
    yield NEVER.rstrip("\n")


if __name__ == "__main__":
    PAGE.write_text(table(), encoding="utf-8")
