//! Who the other side must be, and who we are to it.

use redis::{Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, TlsCertificates};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::connect_error::RedisConnectError;

/// Certificates and keys as PEM.
#[derive(Default)]
pub(crate) struct Tls {
    pub(crate) authority: Option<Vec<u8>>,
    pub(crate) client: Option<(Vec<u8>, Vec<u8>)>,
}

impl Tls {
    pub(crate) const fn is_set(&self) -> bool {
        self.authority.is_some() || self.client.is_some()
    }

    /// Adds the certificates to where TLS is spoken, and leaves the rest as it is.
    pub(crate) fn prepare(&self, info: ConnectionInfo) -> Result<ConnectionInfo, RedisConnectError> {
        if !matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            return if self.is_set() {
                Err(RedisConnectError::CertificatesWithoutTls)
            } else {
                Ok(info)
            };
        }
        provide_cryptography();
        let chains = self.authority.iter().chain(self.client.iter().map(|(chain, _)| chain));
        for chain in chains {
            if CertificateDer::pem_slice_iter(chain).next().is_none() {
                return Err(RedisConnectError::Certificates(Box::new(NoCertificate)));
            }
        }
        if !self.is_set() {
            return Ok(info);
        }
        let certificates = TlsCertificates {
            root_cert: self.authority.clone(),
            client_tls: self.client.clone().map(|(client_cert, client_key)| ClientTlsConfig {
                client_cert,
                client_key,
            }),
        };
        let client = Client::build_with_tls(info, certificates);
        let client = client.map_err(|error| RedisConnectError::Certificates(Box::new(error)))?;
        Ok(client.get_connection_info().clone())
    }
}

/// The driver would trust nobody, and not say why.
#[derive(Debug, thiserror::Error)]
#[error("there is no certificate between `BEGIN CERTIFICATE` and `END CERTIFICATE`")]
struct NoCertificate;

/// The driver asks rustls for the provider of this process and panics where there is none, or where the features of the
/// whole program leave a choice. One that the application has installed stays.
fn provide_cryptography() {
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, and then its provider will do.
        drop(ring::default_provider().install_default());
    }
}
