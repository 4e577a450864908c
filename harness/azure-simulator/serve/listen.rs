//! TLS on a loopback port. Each server has a new authority that signs no other certificate.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use base::certificate;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::error::Error;

async fn tcp(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// A listener that returns connections after their TLS handshake.
pub(super) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    authority: String,
    /// Handshakes in progress. They run concurrently, so that one that hangs delays no other.
    handshakes: JoinSet<io::Result<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl Listener {
    /// Listens on the wanted port, or on any free port if that is taken.
    pub(super) async fn bind(wanted: Option<u16>) -> Result<Self, Error> {
        if let Some(port) = wanted
            && let Ok(tcp) = tcp(port).await
        {
            return Self::on(tcp);
        }
        let any = tcp(0).await;
        Self::on(any.map_err(|source| Error::Listen { port: None, source })?)
    }

    /// Listens on exactly this port.
    pub(super) async fn bind_to(port: u16) -> Result<Self, Error> {
        let bound = tcp(port).await;
        Self::on(bound.map_err(|source| Error::Listen {
            port: Some(port),
            source,
        })?)
    }

    fn on(tcp: TcpListener) -> Result<Self, Error> {
        let address = tcp.local_addr();
        let address = address.map_err(|source| Error::Listen { port: None, source })?;
        let issued = certificate::issue("a simulated Azure", &[]).map_err(Error::Certificate)?;
        let key = PrivateKeyDer::try_from(issued.key.serialize_der())
            .expect("the key is valid, since it was just generated");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::Tls)?
            .with_no_client_auth()
            .with_single_cert(vec![issued.certificate.der().clone()], key)
            .map_err(Error::Tls)?;
        Ok(Self {
            tcp,
            address,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: issued.authority.pem(),
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
                    // A connection that ends before its handshake needs no handling.
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
