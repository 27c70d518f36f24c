//! The faults, and the case that must fail on each.

/// The kinds of faults, and each with the cases that catch it.
macro_rules! faults {
    ($(#[$what:meta])* $name:ident, $planted:ident: $($(#[$doc:meta])+ $fault:ident: $($case:ident)+,)+) => {
        $(#[$what])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$doc])+ $fault,)+
        }

        /// Each of them with the cases that catch it.
        pub(crate) const $planted: &[($name, &[&str])] = &[$(($name::$fault, &[$(stringify!($case)),+]),)+];
    };
}

faults! {
    /// What is wrong with a store, and so with the managers over it.
    StoreFault, PLANTED_IN_STORES:

    /// A key that is not there is found, with the values of somebody.
    MakesUpUnknownSessions:
        an_unknown_id_is_never_adopted
        an_id_that_the_store_does_not_know_is_never_adopted
        clear_and_insert_does_not_adopt_an_unknown_id
        a_sign_in_does_not_adopt_an_unknown_id
        the_id_of_an_expired_session_is_never_adopted,
    /// A session is written whole, whatever others have written meanwhile.
    LetsTheLastWriteWin:
        overlapping_requests_on_two_nodes_lose_no_write
        removals_and_writes_of_one_key_go_by_their_commits
        sixty_four_requests_on_two_nodes_count_to_sixty_four
        overlapping_writes_of_different_keys_both_survive
        overlapping_updates_of_one_key_are_exact
        take_flash_now_has_one_winner,
    /// A write to a session that has ended brings it back.
    UpdatesWhatIsGone:
        a_session_that_one_node_destroys_stays_dead_on_the_other
        a_session_that_one_node_signs_out_stays_dead_on_the_other
        save_on_an_ended_session_is_gone
        a_destroy_among_many_updates_wins
        a_late_request_does_not_bring_a_destroyed_session_back
        a_late_request_does_not_bring_a_signed_out_session_back
        a_handle_that_is_kept_learns_that_its_session_is_gone
        save_tells_a_handler_that_its_session_is_gone,
    /// A read that slides the end of a session that has ended brings it back.
    TouchesWhatIsGone:
        a_session_that_one_node_destroys_stays_dead_on_the_other,
    /// A read that slides the end undoes what others have decided.
    TouchesAnyRevision:
        a_late_read_does_not_undo_a_shortened_limit,
    /// A rotated session is in two places.
    KeepsTheOldSession:
        nobody_reads_through_an_old_id_on_either_node
        an_update_follows_a_sign_in_on_the_other_node
        after_a_sign_in_the_old_id_is_dead
        after_regenerate_the_old_id_is_dead
        a_sign_out_keeps_what_it_names_and_nothing_else
        a_late_update_follows_a_sign_in
        late_changes_follow_a_regenerated_session,
    /// The old id reads on.
    ReadsThroughMarks:
        nobody_reads_through_an_old_id_on_either_node
        after_a_sign_in_the_old_id_is_dead,
    /// What is to be ended gets away under a new id.
    DeletesNoSuccessors:
        a_pending_end_follows_a_sign_in_on_the_other_node
        a_pending_destroy_follows_a_sign_in,
    /// What others wrote is seen one write later.
    ReadsTheLastButOne:
        what_one_node_writes_the_other_reads,
    /// The end of all sessions ends those that it finds, and no others.
    ForgetsCutOffs:
        a_sign_in_in_flight_does_not_outlive_the_end_of_all_sessions,
    /// Whoever ends the others ends their own too.
    SparesNobody:
        revoking_others_spares_the_one_who_asks
        signing_out_everywhere_ends_every_device,
}

faults! {
    /// What is wrong with an adapter.
    Fault, PLANTED:

    /// The session is loaded for every request.
    LoadsUntouched: a_request_that_leaves_its_session_alone_makes_no_store_call,
    /// Every visitor is given a session.
    SavesEverybody: a_visitor_who_only_looks_gets_no_session,
    /// `Vary` and `Cache-Control` go to every response.
    MarksUntouched: a_request_that_leaves_its_session_alone_gets_no_header,
    /// The handler's session is not the one that is committed.
    OpensTwice:
        values_come_back
        the_first_cookie_has_the_limits_that_were_set
        two_cookie_names_are_two_sessions,
    /// Every response sends the cookie that came.
    ResendsTheCookie:
        a_cookie_is_not_sent_again_while_it_is_good
        a_late_read_does_not_issue_an_old_id_anew
        a_late_update_does_not_issue_an_old_id_anew
        a_late_update_does_not_roll_an_old_id
        a_late_update_follows_a_sign_in
        late_changes_follow_a_regenerated_session,
    /// The cookie is appended twice.
    SendsTheCookieTwice: the_first_write_sends_one_cookie_with_the_documented_attributes,
    /// A removal is a name and an age.
    RemovesWithoutAttributes: after_destroy_the_browser_has_no_cookie,
    /// A removal has all but Secure.
    RemovesWithoutSecure: a_removal_has_whatever_attributes_the_cookie_has,
    /// Of several cookies of one name the first is kept.
    KeepsTheFirstOfAName: a_forged_cookie_in_front_hides_nothing,
    /// Of several cookies of one name the last is kept.
    KeepsTheLastOfAName: a_forged_cookie_in_front_hides_nothing,
    /// Further `Cookie` headers are not looked at.
    ReadsOneHeader:
        every_cookie_header_is_read
        what_is_not_ours_in_a_header_is_no_session,
    /// Where sessions have a header of their own, it is not looked at.
    ReadsCookiesOnly:
        a_session_lives_in_a_header
        what_is_not_ours_in_a_header_is_no_session,
    /// Where sessions have a header of their own, nobody is told what to send in it.
    SetsCookiesOnly:
        a_session_lives_in_a_header
        a_cookie_is_no_header_and_a_header_no_cookie,
    /// Caches hear of cookies, wherever sessions are.
    VariesByCookiesAlone: caches_are_told_of_the_header,
    /// A header that is no text is not looked at.
    ReadsTextOnly: bytes_beyond_ascii_hide_nothing,
    /// It says that headers of any bytes are dropped, and they are not.
    SaysThatItDropsBytes: bytes_beyond_ascii_hide_nothing,
    /// It says so, and drops letters of other languages too.
    DropsLettersWithBytes: bytes_beyond_ascii_hide_nothing,
    /// It says so, and with one header it drops them all.
    DropsAllWithOne: bytes_beyond_ascii_hide_nothing,
    /// A response goes out, and then its session is committed.
    CommitsAfterTheHead: the_head_waits_for_the_commit,
    /// The session is committed when the body has ended.
    CommitsAfterTheBody: a_body_streams_after_its_session_is_stored,
    /// The handler's response is sent whatever became of the commit.
    IgnoresCommitErrors:
        the_200_of_a_failed_update_is_not_sent
        the_200_of_a_failed_sign_in_is_not_sent
        the_200_of_a_failed_sign_out_is_not_sent
        a_value_that_is_too_large_is_an_error_and_the_old_one_stays
        an_update_whose_outcome_stays_unknown_is_a_503_and_is_not_run_again
        what_a_failed_commit_dropped_is_not_stored_later
        what_was_written_without_the_store_is_not_stored_when_it_is_back
        a_session_that_ends_where_the_next_can_not_begin_is_a_503_with_a_removal
        without_its_store_an_application_can_go_on_reading,
    /// A failed commit changes the status and leaves the handler's body.
    KeepsTheBodyOfAFailedCommit: the_200_of_a_failed_sign_in_is_not_sent,
    /// A failed commit sends no cookie, whatever was saved before.
    DropsTheCookieOfAFailedCommit: what_save_stored_survives_a_failing_commit_and_its_cookie_is_sent,
    /// A failed request sends no cookie, whatever was saved before.
    DropsTheCookieOfAFailure: what_save_stored_survives_a_later_failure_and_its_cookie_is_sent,
    /// A failed request is committed like any other.
    CommitsServerErrors:
        a_server_error_drops_what_was_recorded
        a_page_that_fails_takes_no_flash_value,
    /// A failed request is not committed at all.
    SkipsServerErrors:
        a_destroy_happens_although_the_request_fails
        a_sign_out_happens_although_the_request_fails
        changes_can_be_kept_after_a_server_error,
    /// So is one that the client got wrong.
    DropsClientErrors: a_client_error_keeps_what_was_recorded,
    /// A panic becomes a 500, and what came before it is committed.
    CommitsPanics: a_panic_drops_what_was_recorded,
    /// A request whose client has gone is committed.
    CommitsTheCancelled: a_cancelled_request_drops_what_was_recorded,
    /// The session's cookie replaces the handler's.
    ReplacesCookies: the_handlers_own_cookies_stay,
    /// The session's `Vary` replaces the handler's.
    OverwritesVary: the_handlers_vary_stays,
    /// `Vary` names Cookie twice.
    RepeatsVary: the_handlers_vary_stays,
    /// No `Vary` at all.
    ForgetsVary: a_used_session_is_told_to_caches,
    /// The session's `Cache-Control` replaces the handler's.
    OverwritesCacheControl: the_handlers_cache_control_stays,
    /// The session's `Cache-Control` is one more.
    AddsCacheControl: the_handlers_cache_control_stays,
    /// A refusal says nothing to caches.
    RefusesWithoutCacheControl: a_refusal_is_not_to_be_stored,
    /// A store that fails is taken for a visitor without a session.
    TakesErrorsForNoSession: a_store_that_can_not_be_read_is_a_503_and_no_sign_out,
    /// A store that fails is a 500.
    AnswersErrorsWithA500: a_store_that_hangs_is_a_503_after_the_time_limit,
    /// The client reads what went wrong.
    TellsErrors: an_error_tells_the_client_its_status_and_nothing_else,
    /// Nobody is told when to come back.
    ForgetsRetryAfter: the_cookie_of_a_failed_creation_is_not_sent,
    /// A store that fails signs everybody out.
    RemovesTheCookieOnErrors: one_failed_load_never_leads_to_an_overwrite,
    /// Anybody may say that the request was secure.
    BelievesAnyProxy: secure_follows_what_a_trusted_proxy_says,
    /// The proxy is not known as one.
    KnowsNoPeer: secure_follows_what_a_trusted_proxy_says,
    /// A connection is taken for a visitor.
    RemembersConnections: visitors_who_share_a_connection_keep_apart,
    /// A forgotten middleware is a panic.
    PanicsWithoutTheMiddleware: without_the_middleware_a_request_is_a_500_and_not_a_panic,
}
