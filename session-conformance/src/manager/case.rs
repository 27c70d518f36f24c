//! The list of the cases. There is no other.

use std::sync::Arc;

use session_core::Store;

use crate::case::Case;

/// Writes one `#[test]` for every promise that session managers keep on a store.
///
/// It is given what [`store_contract!`](crate::store_contract) is given: an async block that makes a store over an empty
/// namespace of its own, which is evaluated once for each test. Attributes before it go to every test.
///
/// ```
/// use session_conformance::ReferenceStore as MyStore;
///
/// session_conformance::manager_contract!(async { MyStore::new() });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! manager_contract {
    ($(#[$attribute:meta])* async $make:block) => {
        $crate::__manager_cases! { [$crate::__tests] [manager] { $(#[$attribute])* } { async $make } }
    };
}

/// Hands the names of all cases to another macro, after what that one is to have before them.
#[doc(hidden)]
#[macro_export]
macro_rules! __manager_cases {
    ([$($macro:tt)*] $($before:tt)*) => {
        $($macro)*! {
            $($before)*
            an_untouched_request_makes_no_store_call
            reads_are_one_load
            reads_and_writes_are_one_load_and_one_update
            a_new_session_is_one_create
            a_new_id_is_one_rotate
            an_end_is_one_delete
            a_conflict_costs_one_more_update
            following_a_new_id_costs_a_load_and_an_update
            sliding_writes_are_throttled
            a_forged_cookie_is_no_store_call
            what_one_node_writes_the_other_reads
            overlapping_requests_on_two_nodes_lose_no_write
            removals_and_writes_of_one_key_go_by_their_commits
            sixty_four_requests_on_two_nodes_count_to_sixty_four
            numbers_are_exact_although_replies_are_lost
            no_update_happens_twice_although_replies_are_lost
            what_fails_on_one_node_changes_nothing
            a_session_that_one_node_destroys_stays_dead_on_the_other
            a_session_that_one_node_signs_out_stays_dead_on_the_other
            nothing_follows_a_sign_out_that_keeps_values
            nothing_follows_out_of_a_users_session_by_any_way
            a_pending_end_follows_a_sign_in_on_the_other_node
            save_on_an_ended_session_is_gone
            a_destroy_among_many_updates_wins
            an_update_follows_a_sign_in_on_the_other_node
            a_blind_write_does_not_follow_a_sign_in_on_the_other_node
            changes_follow_several_new_ids
            nobody_reads_through_an_old_id_on_either_node
            nothing_follows_where_there_is_no_forwarding
            two_sign_ins_on_two_nodes_end_with_two_living_sessions
            a_new_id_among_many_updates_loses_none
            revoking_all_ends_every_session_of_the_owner
            a_sign_in_in_flight_does_not_outlive_the_end_of_all_sessions
            a_sign_in_after_the_end_of_all_sessions_counts
            a_new_id_in_flight_does_not_outlive_the_end_of_all_sessions
            revoking_others_spares_the_one_who_asks
            one_device_can_be_signed_out_from_another
            a_session_keeps_its_limits_on_a_node_with_others
            remember_me_survives_writes_on_the_other_node
            a_read_on_one_node_keeps_a_session_alive_on_the_other
            a_late_read_does_not_undo_a_shortened_limit
            the_absolute_end_ends_a_session_on_both_nodes
            an_unknown_id_is_never_adopted
            the_id_of_an_ended_session_is_never_adopted
        }
    };
}

/// All cases, each once.
pub fn cases() -> impl Iterator<Item = Case<Arc<dyn Store>>> {
    crate::__manager_cases! { [crate::case::list] }.into_iter()
}
