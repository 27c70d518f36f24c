//! The list of the cases. There is no other.

use super::serve::{Adapter, AnyAdapter};
use crate::case::{self, Case};

/// Writes one `#[test]` for every promise of the adapter contract.
///
/// It is given an expression that makes an [`Adapter`], and evaluates it once for each test.
/// Attributes before it go to every test.
#[macro_export]
macro_rules! adapter_contract {
    ($(#[$attribute:meta])* $adapter:expr) => {
        $crate::__adapter_cases! { [$crate::__tests] [adapter] { $(#[$attribute])* } { $adapter } }
    };
}

/// Hands the names of all cases to another macro, after what that one is to have before them.
#[doc(hidden)]
#[macro_export]
macro_rules! __adapter_cases {
    ([$($macro:tt)*] $($before:tt)*) => {
        $($macro)*! {
            $($before)*
            a_request_that_leaves_its_session_alone_makes_no_store_call
            a_request_that_leaves_its_session_alone_gets_no_header
            a_visitor_who_only_looks_gets_no_session
            the_first_write_sends_one_cookie_with_the_documented_attributes
            values_come_back
            a_cookie_is_not_sent_again_while_it_is_good
            after_destroy_the_browser_has_no_cookie
            a_removal_has_whatever_attributes_the_cookie_has
            a_rolling_cookie_is_sent_with_every_use
            overlapping_writes_of_different_keys_both_survive
            of_overlapping_writes_of_one_key_the_last_commit_wins
            overlapping_updates_of_one_key_are_exact
            overlapping_first_requests_get_sessions_of_their_own
            tasks_of_one_request_share_its_session
            a_late_request_does_not_bring_a_destroyed_session_back
            a_late_request_does_not_bring_a_signed_out_session_back
            nothing_follows_a_sign_out_that_keeps_values
            a_sign_out_keeps_what_it_names_and_nothing_else
            a_pending_destroy_follows_a_sign_in
            destroying_what_has_ended_is_nothing
            signing_out_everywhere_ends_every_device
            after_a_sign_in_the_old_id_is_dead
            after_regenerate_the_old_id_is_dead
            a_late_update_follows_a_sign_in
            a_late_blind_write_does_not_follow_a_sign_in_and_an_event_says_so
            late_changes_follow_a_regenerated_session
            nothing_follows_after_the_forwarding_time
            two_sign_ins_at_once_end_with_two_living_sessions
            a_sign_in_that_meets_an_ended_session_starts_empty
            a_sign_in_over_another_user_starts_empty
            a_late_read_does_not_issue_an_old_id_anew
            a_late_update_does_not_issue_an_old_id_anew
            a_late_update_does_not_roll_an_old_id
            an_id_that_the_server_did_not_issue_is_never_adopted
            an_id_that_the_store_does_not_know_is_never_adopted
            clear_and_insert_does_not_adopt_an_unknown_id
            a_sign_in_does_not_adopt_an_unknown_id
            destroy_and_insert_begins_a_session_with_a_new_id
            clear_and_insert_keeps_the_id_of_a_living_session
            the_id_of_an_expired_session_is_never_adopted
            a_cookie_that_was_signed_for_another_name_is_refused
            a_cookie_of_an_older_key_is_believed_and_issued_anew
            a_forged_cookie_in_front_hides_nothing
            every_cookie_header_is_read
            quotes_and_odd_white_space_do_not_matter
            garbage_cookies_are_no_session_and_no_error
            bytes_beyond_ascii_hide_nothing
            sixty_four_kibibytes_of_cookies_do_no_harm
            a_thousand_cookies_of_our_name_do_no_harm
            remember_me_survives_later_writes
            the_first_cookie_has_the_limits_that_were_set
            reads_slide_the_idle_end
            sliding_writes_are_throttled
            untouched_requests_do_not_slide_the_idle_end
            any_request_can_be_activity
            the_absolute_end_ends_a_session
            a_sign_in_begins_the_absolute_limit_anew
            a_cookie_can_end_with_the_browser
            a_server_error_drops_what_was_recorded
            a_client_error_keeps_what_was_recorded
            changes_can_be_kept_after_a_server_error
            a_destroy_happens_although_the_request_fails
            a_sign_out_happens_although_the_request_fails
            a_panic_drops_what_was_recorded
            a_cancelled_request_drops_what_was_recorded
            what_save_stored_survives_a_later_failure_and_its_cookie_is_sent
            what_save_stored_survives_a_failing_commit_and_its_cookie_is_sent
            a_store_that_can_not_be_read_is_a_503_and_no_sign_out
            the_200_of_a_failed_update_is_not_sent
            the_200_of_a_failed_sign_in_is_not_sent
            the_200_of_a_failed_sign_out_is_not_sent
            the_cookie_of_a_failed_creation_is_not_sent
            one_failed_load_never_leads_to_an_overwrite
            a_store_that_hangs_is_a_503_after_the_time_limit
            the_head_waits_for_the_commit
            a_store_that_hangs_does_not_delay_untouched_requests
            an_error_tells_the_client_its_status_and_nothing_else
            without_its_store_an_application_can_go_on_reading
            what_was_written_without_the_store_is_not_stored_when_it_is_back
            a_sign_out_without_the_store_happens_when_it_is_back
            an_end_that_can_not_slide_is_no_error
            a_session_that_ends_where_the_next_can_not_begin_is_a_503_with_a_removal
            an_update_whose_reply_was_lost_is_applied_once
            a_session_begins_moves_and_ends_once_although_replies_are_lost
            an_update_whose_outcome_stays_unknown_is_a_503_and_is_not_run_again
            a_value_of_another_type_is_an_error_of_that_key_alone
            a_value_that_is_too_large_is_an_error_and_the_old_one_stays
            values_may_be_any_text
            the_handlers_own_cookies_stay
            a_used_session_is_told_to_caches
            the_handlers_vary_stays
            the_handlers_cache_control_stays
            the_cache_policy_can_be_private
            a_refusal_is_not_to_be_stored
            a_body_streams_after_its_session_is_stored
            a_handle_that_is_kept_can_save_after_the_response
            a_handle_that_is_kept_can_end_its_session
            a_handle_that_is_kept_learns_that_its_session_is_gone
            a_handle_that_is_kept_can_not_get_a_new_id
            what_a_failed_commit_dropped_is_not_stored_later
            save_stores_in_the_middle_of_a_handler
            save_tells_a_handler_that_its_session_is_gone
            a_flash_value_stays_until_it_is_taken
            a_page_that_fails_takes_no_flash_value
            take_flash_now_has_one_winner
            without_the_middleware_a_request_is_a_500_and_not_a_panic
            secure_follows_what_a_trusted_proxy_says
            empty_sessions_can_be_stored_too
            two_cookie_names_are_two_sessions
            visitors_who_share_a_connection_keep_apart
            a_session_lives_in_a_header
            a_cookie_is_no_header_and_a_header_no_cookie
            caches_are_told_of_the_header
            what_is_not_ours_in_a_header_is_no_session
        }
    };
}

/// All cases, each once.
pub fn cases() -> impl Iterator<Item = Case<AnyAdapter>> {
    crate::__adapter_cases! { [crate::case::list] }.into_iter()
}

#[doc(hidden)]
pub fn run<F: Future<Output = ()>>(adapter: impl Adapter, case: impl FnOnce(AnyAdapter) -> F) {
    case::run(async { AnyAdapter::new(adapter) }, case);
}
