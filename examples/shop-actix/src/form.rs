//! Forms, and what is said of those that can't be read.

use actix_web::error::{InternalError, UrlencodedError};
use actix_web::web::FormConfig;
use actix_web::{Error, HttpRequest};
use shop::{InvalidForm, LARGEST_FORM};

use crate::respond::response;

pub(crate) use actix_web::web::Form;

pub(crate) fn config() -> FormConfig {
    FormConfig::default().limit(LARGEST_FORM).error_handler(refuse)
}

fn refuse(error: UrlencodedError, _request: &HttpRequest) -> Error {
    let invalid = match error {
        UrlencodedError::Overflow { .. } => InvalidForm::TooLong,
        UrlencodedError::ContentType => InvalidForm::ContentType,
        UrlencodedError::Parse(_) => InvalidForm::Fields,
        UrlencodedError::Chunked
        | UrlencodedError::UnknownLength
        | UrlencodedError::Encoding
        | UrlencodedError::Serialize(_)
        | UrlencodedError::Payload(_)
        | _ => InvalidForm::Unreadable,
    };
    InternalError::from_response(error, response(invalid.into())).into()
}
