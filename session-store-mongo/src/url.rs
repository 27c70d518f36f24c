//! What a URL says.

use mongodb::options::{ClientOptions, ConnectionString};

use crate::connect_error::MongoConnectError;

const FORM: &str = "mongodb://user:password@host:port/database?options";

/// What the driver says of a URL that it can't read may repeat it, a password too, so the option is told by its place. What it says
/// later does not.
pub(crate) async fn parse(url: &str) -> Result<ClientOptions, MongoConnectError> {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    if scheme.as_deref() == Some("mongodb+srv") && cfg!(not(feature = "srv")) {
        return Err(MongoConnectError::WithoutSrv);
    }
    let Ok(url) = ConnectionString::parse(url) else {
        return Err(match faulty_option(url) {
            Some(place) => MongoConnectError::UrlOption { place },
            None => MongoConnectError::Url { form: FORM },
        });
    };
    ClientOptions::parse(url).await.map_err(MongoConnectError::of_options)
}

/// Which of the options can't be read, where all else can.
fn faulty_option(url: &str) -> Option<usize> {
    let (rest, options) = url.split_once('?')?;
    // A question mark in a password begins no options.
    if options.contains('@') || ConnectionString::parse(rest).is_err() {
        return None;
    }
    let is_faulty = |option| ConnectionString::parse(format!("{rest}?{option}")).is_err();
    options.split('&').position(is_faulty).map(|place| place + 1)
}
