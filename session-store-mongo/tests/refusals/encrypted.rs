//! Servers with TLS, and clients that do not trust them, or do not speak it.

use std::path::Path;

use session_store_mongo::MongoConnectError;

use crate::own_server::OwnServer;
use crate::support::variable;
use crate::{SECRET, at, refused_in_time};

#[tokio::test]
async fn a_server_whose_authority_is_unknown_is_refused() {
    let (url, authority) = (
        variable("SESSION_KIT_MONGO_URL").replace("secret", SECRET),
        variable("SESSION_KIT_MONGO_TLS_AUTHORITY"),
    );
    let words = ["the database can't be reached", "UnknownIssuer"];
    let error = refused_in_time(&format!("{url}?tls=true"), &words).await;
    assert!(matches!(error, MongoConnectError::Unreachable(_)));
    // A file without certificates trusts nobody.
    let key = Path::new(&authority).with_file_name("authority.key");
    refused_in_time(&format!("{url}?tls=true&tlsCAFile={}", key.display()), &words).await;
}

#[tokio::test]
async fn a_server_of_another_name_is_refused() {
    let authority = variable("SESSION_KIT_MONGO_TLS_AUTHORITY");
    // Of IPv6; it leads to 127.0.0.1, which is what the certificate is for.
    let url = variable("SESSION_KIT_MONGO_URL").replace("127.0.0.1", "[::ffff:127.0.0.1]");
    at(&url).connect().await.unwrap();
    let url = format!("{}?tls=true&tlsCAFile={authority}", url.replace("secret", SECRET));
    let words = ["the database can't be reached", "not valid for name"];
    refused_in_time(&url, &words).await;
}

#[tokio::test]
async fn tls_and_no_tls_do_not_understand_each_other() {
    let authority = variable("SESSION_KIT_MONGO_TLS_AUTHORITY");
    let certificate = Path::new(&authority).with_file_name("server.pem");
    let encrypted = OwnServer::start(&[
        "--tlsMode",
        "requireTLS",
        "--tlsCertificateKeyFile",
        certificate.to_str().unwrap(),
        "--tlsCAFile",
        &authority,
        "--tlsAllowConnectionsWithoutCertificates",
    ])
    .await;
    let url = encrypted.url();
    let words = [
        "hangs up",
        "needs `tls=true` if it speaks TLS",
        "none of it if it does not",
    ];
    at(format!("{url}?tls=true&tlsCAFile={authority}"))
        .connect()
        .await
        .unwrap();
    refused_in_time(&url, &words).await;
    let plain = OwnServer::start(&[]).await;
    at(plain.url()).connect().await.unwrap();
    let url = format!("{}?tls=true&tlsCAFile={authority}", plain.url());
    let error = refused_in_time(&url, &words).await;
    assert!(matches!(error, MongoConnectError::HangsUp(_)));
}
