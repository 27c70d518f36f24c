//! The list of the cases. There is no other.

use std::sync::Arc;

use session_core::Store;

use crate::case::{self, Case};

/// Writes one `#[test]` for every promise of the store contract.
///
/// It is given an async block that makes a store over an empty namespace of its own, and evaluates it once for each
/// test, on a runtime with several threads. Attributes before it go to every test:
///
/// ```
/// use session_conformance::ReferenceStore as MyStore;
///
/// session_conformance::store_contract!(
///     #[ignore = "needs a server"]
///     async { MyStore::new() }
/// );
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! store_contract {
    ($(#[$attribute:meta])* async $make:block) => {
        $crate::__store_cases! { [$crate::__tests] [store] { $(#[$attribute])* } { async $make } }
    };
}

/// Hands the names of all cases to another macro, after what that one is to have before them.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_cases {
    ([$($macro:tt)*] $($before:tt)*) => {
        $($macro)*! {
            $($before)*
            create_files_a_record
            create_refuses_a_taken_key
            create_refuses_the_key_of_a_mark
            create_refuses_a_key_that_its_own_record_has
            create_under_the_key_of_an_ended_record_brings_nothing_back
            create_under_the_key_of_an_ended_mark_spares_the_successor
            create_of_an_ended_record_leaves_nothing_alive
            load_of_an_unknown_key_is_absent
            load_hides_a_record_from_its_end_on
            revisions_come_back_exactly
            moments_come_back_exactly
            payloads_come_back_exactly
            a_payload_of_a_mebibyte_comes_back
            owners_come_back_exactly
            update_replaces_the_record
            update_expects_the_current_revision
            update_tells_close_revisions_apart
            a_conflict_carries_the_current_record
            update_of_an_unknown_key_is_gone
            update_of_a_deleted_session_is_gone
            update_of_an_ended_session_is_gone
            update_of_a_rotated_session_names_its_successor
            update_can_shorten_and_lengthen_the_end
            update_to_a_passed_end_ends_the_session
            update_can_change_the_size_of_the_payload
            rotate_moves_the_session
            rotate_expects_the_current_revision
            rotate_of_an_unknown_key_is_gone
            rotate_of_a_deleted_session_is_gone
            rotate_of_an_ended_session_is_gone
            rotate_of_a_rotated_session_names_its_successor
            a_rotated_session_lives_on
            rotate_moves_the_index
            a_mark_names_its_successor
            a_mark_ends_with_its_time
            a_mark_counts_nowhere
            marks_make_a_chain
            a_resent_rotation_is_recognised_by_its_mark
            a_resent_rotation_undoes_nothing
            a_rotation_resent_after_the_next_makes_no_second_session
            a_rotation_resent_after_a_deletion_revives_nothing
            a_rotation_resent_after_its_mark_does_nothing
            touch_moves_the_end_forward
            touch_keeps_the_revision
            touch_moves_neither_moment_back
            touch_expects_the_current_revision
            touch_does_not_undo_a_shortened_end
            touch_of_an_unknown_key_is_gone
            touch_of_a_deleted_session_is_gone
            touch_of_an_ended_session_is_gone
            touch_of_a_rotated_session_names_its_successor
            delete_ends_the_session
            delete_of_an_unknown_key_is_absent
            delete_of_an_ended_session_is_absent
            delete_through_a_mark_ends_the_successor
            delete_follows_a_chain_of_marks
            delete_through_an_ended_mark_spares_the_successor
            delete_removes_what_has_ended
            nothing_brings_a_deleted_session_back
            sessions_of_lists_exactly_the_living
            sessions_of_lists_every_one_of_many
            owners_are_compared_byte_for_byte
            long_owners_are_compared_to_the_last_byte
            keys_are_compared_to_the_last_byte
            delete_sessions_of_ends_them_all
            delete_sessions_of_counts_the_living
            delete_sessions_of_removes_what_has_ended
            delete_sessions_of_spares_the_excepted
            delete_sessions_of_spares_through_marks
            an_except_that_leads_nowhere_spares_nobody
            delete_sessions_of_goes_by_the_owner_of_now
            delete_sessions_of_spares_owners_that_look_alike
            create_at_or_before_the_cut_off_leaves_nothing
            create_after_the_cut_off_is_filed
            rotate_at_or_before_the_cut_off_changes_nothing
            rotate_after_the_cut_off_is_applied
            a_cut_off_stops_nobody_else
            a_cut_off_stops_only_sign_ins
            the_excepted_session_can_be_rotated
            a_cut_off_is_remembered
            a_cut_off_does_not_move_back
            delete_expired_stays_within_its_limit
            delete_expired_spares_the_living
            count_counts_the_living
            scan_comes_to_every_session
            scan_makes_up_no_sessions
            scan_passes_over_nothing_that_stays
            clear_removes_everything
            concurrent_updates_lose_no_write
            concurrent_creations_of_one_key_make_one_session
            concurrent_rotations_of_one_session_apply_once
            concurrent_resends_of_a_rotation_all_succeed
            a_session_that_is_rotated_can_always_be_found
            a_touch_never_undoes_a_concurrent_shortening
            concurrent_deletions_end_a_session_once
            nothing_outlives_a_concurrent_deletion
            a_deletion_wins_over_a_concurrent_rotation
            a_deletion_through_a_mark_wins_over_a_concurrent_rotation
            no_sign_in_in_flight_outlives_the_end_of_all_sessions
            no_rotation_in_flight_outlives_the_end_of_all_sessions
            an_update_whose_reply_was_lost_can_be_told_from_anothers
            a_rotation_whose_reply_was_lost_can_be_sent_again
            a_touch_whose_reply_was_lost_can_be_sent_again
            a_deletion_whose_reply_was_lost_can_be_sent_again
            an_end_of_all_sessions_whose_reply_was_lost_can_be_sent_again
            random_operations_agree_with_the_reference
        }
    };
}

/// All cases, each once.
pub fn cases() -> impl Iterator<Item = Case<Arc<dyn Store>>> {
    crate::__store_cases! { [crate::case::list] }.into_iter()
}

#[doc(hidden)]
pub fn run<S: Store, F: Future<Output = ()>>(make: impl Future<Output = S>, case: impl FnOnce(Arc<dyn Store>) -> F) {
    case::run(async { Arc::new(make.await) as Arc<dyn Store> }, case);
}
