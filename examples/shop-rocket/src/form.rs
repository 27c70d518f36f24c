//! Forms, and what is said of those that can't be read.

use rocket::Request;
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::Status;
use serde::de::DeserializeOwned;
use shop::{InvalidForm, LARGEST_FORM};

/// As serde reads it. Rocket's own asks for structs that derive Rocket's `FromForm`, and the shop's know no framework.
pub(crate) struct Form<T>(pub(crate) T);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for Form<T> {
    type Error = InvalidForm;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(form) => Outcome::Success(Self(form)),
            Err(invalid) => Outcome::Error((Status::new(invalid.status()), invalid)),
        }
    }
}

async fn read<T: DeserializeOwned>(request: &Request<'_>, data: Data<'_>) -> Result<T, InvalidForm> {
    if !request
        .content_type()
        .is_some_and(|content_type| content_type.is_form())
    {
        return Err(InvalidForm::ContentType);
    }
    let body = data.open(LARGEST_FORM.bytes()).into_bytes().await;
    let body = body.map_err(|_| InvalidForm::Unreadable)?;
    if !body.is_complete() {
        return Err(InvalidForm::TooLong);
    }
    serde_urlencoded::from_bytes(&body).map_err(|_| InvalidForm::Fields)
}
