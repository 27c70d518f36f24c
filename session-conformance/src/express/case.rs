//! The list of the cases. There is no other.

use super::Subject;
use crate::Case;

/// Writes one `#[test]` for every promise of a store that an Express app shares.
///
/// It is given an async block that makes a [subject](crate::express::Subject) over an empty namespace of its own, which is
/// evaluated once for each test.
#[macro_export]
macro_rules! express_contract {
    (async $make:block) => {
        $crate::__express_cases! { [$crate::__express_tests] async $make }
    };
}

/// Hands the names of all cases to another macro, after what that one is to have before them.
#[doc(hidden)]
#[macro_export]
macro_rules! __express_cases {
    ([$($macro:tt)*] $($before:tt)*) => {
        $($macro)*! {
            $($before)*
            what_is_no_session_is_an_error_and_stays
            what_express_takes_for_nothing_is_no_session
            a_cookie_that_says_little_is_made_whole
            what_is_not_known_of_a_cookie_is_dropped
            members_in_any_order_and_with_any_spaces_are_read
            of_two_members_of_one_name_the_later_counts
            numbers_that_are_not_exact_stay_as_they_are
            a_text_that_is_no_unicode_spoils_no_other
            names_that_express_drops_are_refused
            integers_that_express_would_round_are_refused
            a_new_session_lives_as_long_as_its_cookie_says
            a_read_moves_the_end_as_the_package_does
            an_end_is_never_moved_back
            a_write_moves_the_end_as_the_cookie_says
            what_has_no_end_is_there_and_is_given_one
            what_has_ended_is_not_there
            names_and_texts_of_any_kind_come_back
            what_stands_beside_a_session_stays
            a_new_session_takes_nobodys_place
            a_write_is_answered_with_the_version_that_is_read
            ids_that_differ_in_case_alone_are_two
            two_saves_in_one_request_are_both_there
            an_emptied_session_stays_with_its_cookie
            a_sign_in_writes_the_owner_and_a_sign_out_removes_it
            the_owners_member_is_a_value_too
            a_new_id_takes_the_values_along
            what_is_ended_stays_ended
            owners_can_not_be_listed
            different_values_of_overlapping_requests_both_survive
            a_count_of_many_is_exact
            reads_undo_no_write
            a_write_of_express_in_between_is_not_overwritten
            an_end_by_express_in_between_is_one
            a_write_of_express_during_a_sign_in_is_taken_along
            an_end_by_express_during_a_sign_in_is_one
            writes_during_a_sign_in_are_taken_along_or_told
            a_write_whose_reply_was_lost_is_neither_lost_nor_twice
            a_session_is_taken_over_when_its_visitor_comes
            a_blind_write_takes_the_session_over_too
            requests_that_overlap_make_one_session_of_it
            what_ends_after_it_was_taken_over_stays_ended
            what_was_left_behind_is_removed_when_its_visitor_comes_again
            a_request_that_uses_no_session_takes_none_over
            what_can_not_be_read_is_not_taken_over
            what_has_ended_is_not_taken_over
            an_outage_takes_nothing_over_and_signs_nobody_out
            a_cookie_of_ours_comes_first
            texts_that_are_no_unicode_are_taken_over_as_well_as_can_be
        }
    };
}

/// One `#[test]` for each of these cases.
#[doc(hidden)]
#[macro_export]
macro_rules! __express_tests {
    (async $make:block $($case:ident)*) => {$(
        #[test]
        fn $case() {
            $crate::express::run(async {
                let subject = $make;
                $crate::express::$case(&subject).await;
            });
        }
    )*};
}

macro_rules! list {
    ($($name:ident)*) => {
        [$(Case {
            name: stringify!($name),
            run: |subject| Box::pin(async move { super::$name(&subject).await }),
        }),*]
    };
}

/// All cases, each once.
pub fn cases<S: Subject>() -> impl Iterator<Item = Case<S>> {
    crate::__express_cases! { [list] }.into_iter()
}

/// Runs a case on a runtime of its own.
///
/// # Panics
///
/// When the promise is not kept.
#[expect(clippy::expect_used, reason = "without a runtime there is no test")]
pub fn run(case: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build();
    runtime.expect("a test needs a runtime").block_on(case);
}
