//! The faults, and the case that must fail on each.

macro_rules! faults {
    ($($(#[$doc:meta])+ $fault:ident: $case:ident,)+) => {
        /// What is wrong with an adapter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault {
            $($(#[$doc])+ $fault,)+
        }

        /// Each fault with the case that catches it.
        pub(crate) const PLANTED: &[(Fault, &str)] = &[$((Fault::$fault, stringify!($case)),)+];
    };
}

faults! {
    /// The session is loaded for every request.
    LoadsUntouched: a_request_that_leaves_its_session_alone_makes_no_store_call,
    /// `Vary` and `Cache-Control` go to every response.
    MarksUntouched: a_request_that_leaves_its_session_alone_gets_no_header,
    /// The handler's session is not the one that is committed.
    OpensTwice: values_come_back,
    /// Every response sends the cookie that came.
    ResendsTheCookie: a_cookie_is_not_sent_again_while_it_is_good,
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
    ReadsOneHeader: every_cookie_header_is_read,
    /// A header that is no text is not looked at.
    ReadsTextOnly: bytes_beyond_ascii_hide_nothing,
    /// A response goes out, and then its session is committed.
    CommitsAfterTheHead: the_head_waits_for_the_commit,
    /// The session is committed when the body has ended.
    CommitsAfterTheBody: a_body_streams_after_its_session_is_stored,
    /// The handler's response is sent whatever became of the commit.
    IgnoresCommitErrors: the_200_of_a_failed_update_is_not_sent,
    /// A failed commit changes the status and leaves the handler's body.
    KeepsTheBodyOfAFailedCommit: the_200_of_a_failed_sign_in_is_not_sent,
    /// A failed commit sends no cookie, whatever was saved before.
    DropsTheCookieOfAFailedCommit: what_save_stored_survives_a_failing_commit_and_its_cookie_is_sent,
    /// A failed request sends no cookie, whatever was saved before.
    DropsTheCookieOfAFailure: what_save_stored_survives_a_later_failure_and_its_cookie_is_sent,
    /// A failed request is committed like any other.
    CommitsServerErrors: a_server_error_drops_what_was_recorded,
    /// A failed request is not committed at all.
    SkipsServerErrors: a_destroy_happens_although_the_request_fails,
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
    /// A forgotten middleware is a panic.
    PanicsWithoutTheMiddleware: without_the_middleware_a_request_is_a_500_and_not_a_panic,
}
