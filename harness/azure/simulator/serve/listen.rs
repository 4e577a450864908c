//! TLS on a port of the loopback, with an authority that signed nothing else.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Error;

/// A listener whose connections have shaken hands.
pub(super) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    authority: String,
    /// Handshakes under way; one that hangs holds up no other.
    handshakes: JoinSet<io::Result<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl Listener {
    /// Listens on the wanted port if it is free, otherwise on any.
    pub(super) async fn bind(wanted: Option<u16>) -> Result<Self, Error> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let tcp = match wanted {
            Some(port) => match bind(port).await {
                Ok(tcp) => Ok(tcp),
                Err(_) => bind(0).await,
            },
            None => bind(0).await,
        };
        let tcp = tcp.map_err(Error::Listen)?;
        let address = tcp.local_addr().map_err(Error::Listen)?;
        let made = certificates().map_err(Error::Certificate)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::Tls)?
            .with_no_client_auth()
            .with_single_cert(vec![made.certificate], made.key)
            .map_err(Error::Tls)?;
        Ok(Self {
            tcp,
            address,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: made.authority,
            handshakes: JoinSet::new(),
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The authority's certificate (PEM).
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                accepted = self.tcp.accept() => {
                    // A connection that ended before it began is the client's affair.
                    let Ok((stream, peer)) = accepted else { continue };
                    let acceptor = self.acceptor.clone();
                    self.handshakes.spawn(async move { Ok((acceptor.accept(stream).await?, peer)) });
                }
                Some(shaken) = self.handshakes.join_next() => {
                    if let Ok(Ok(connection)) = shaken {
                        return connection;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

struct Certificates {
    authority: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn certificates() -> Result<Certificates, rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "authority of a simulated Azure");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;

    let mut server = CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned))?;
    server
        .distinguished_name
        .push(DnType::CommonName, "a simulated Azure");
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let issuer = Issuer::new(authority, authority_key);
    let certificate = server.signed_by(&key, &issuer)?;
    Ok(Certificates {
        authority: authority_certificate.pem(),
        certificate: certificate.der().clone(),
        key: PrivateKeyDer::try_from(key.serialize_der()).expect("it was just made"),
    })
}
