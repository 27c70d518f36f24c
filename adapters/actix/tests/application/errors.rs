//! Session errors as responses.

use std::time::Duration;

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use session_actix::SessionError;
use session_core::{Error, Expiry};

use crate::client::read;

#[tokio::test]
async fn a_session_error_is_a_response_that_tells_no_more_than_its_status() {
    let limits = Expiry::new().idle(Duration::ZERO).check().unwrap_err();
    for (error, status) in [
        (Error::TimedOut(Duration::from_secs(5)), StatusCode::SERVICE_UNAVAILABLE),
        (Error::OutcomeUnknown(None), StatusCode::SERVICE_UNAVAILABLE),
        (Error::SignInRevoked, StatusCode::SERVICE_UNAVAILABLE),
        (Error::Gone, StatusCode::CONFLICT),
        (Error::HeadSent, StatusCode::INTERNAL_SERVER_ERROR),
        (Error::Expiry(limits), StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let shown = format!("{error:?}");
        let error = SessionError::from(error);
        assert_eq!(error.status_code(), status, "{shown}");
        let answer = read(error.error_response()).await;
        assert_eq!(answer.status, status, "{shown}");
        let may_try_again = status == StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(answer.all("retry-after").len(), usize::from(may_try_again), "{shown}");
        assert_eq!(answer.all("cache-control"), ["no-store"]);
        assert_eq!(answer.body, "");
    }
}
