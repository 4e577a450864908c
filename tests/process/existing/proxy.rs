//! A proxy in front of a cluster that ends TLS and requires a certificate of the client.

use std::net::SocketAddr;
use std::sync::Arc;

use camino::Utf8Path;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The name in the certificates of the servers.
pub(super) const NAME: &str = "temporal.internal";

/// An authority, with the certificates that it signs.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// Whether a certificate is valid today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    Expired,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    fn sign(
        &self,
        name: &str,
        usage: ExtendedKeyUsagePurpose,
        validity: Validity,
    ) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        if validity == Validity::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("it is signed");
        (certificate, key)
    }

    /// Writes `NAME.ca.pem`.
    pub(super) fn write(&self, folder: &Utf8Path, name: &str) {
        let pem = self.certificate.pem();
        fs_err::write(folder.join(format!("{name}.ca.pem")), pem).expect("writable");
    }

    /// Writes `NAME.pem` and `NAME.key` of a client. Returns the lines of the key's content.
    pub(super) fn write_client(&self, folder: &Utf8Path, name: &str) -> Vec<String> {
        let usage = ExtendedKeyUsagePurpose::ClientAuth;
        let (certificate, key) = self.sign(name, usage, Validity::Valid);
        let key = key.serialize_pem();
        let write = |file: String, text: &str| fs_err::write(folder.join(file), text);
        write(format!("{name}.pem"), &certificate.pem()).expect("writable");
        write(format!("{name}.key"), &key).expect("writable");
        let lines = key.lines().filter(|line| !line.starts_with("-----"));
        lines.map(str::to_owned).collect()
    }

    /// A proxy with TLS that requires a certificate of this authority, until the test process ends.
    pub(super) fn proxy(&self, to: SocketAddr, validity: Validity) -> String {
        let usage = ExtendedKeyUsagePurpose::ServerAuth;
        let (certificate, key) = self.sign(NAME, usage, validity);
        let mut roots = RootCertStore::empty();
        roots
            .add(self.certificate.der().clone())
            .expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier.build().expect("it has roots"))
            .with_single_cert(vec![certificate.der().clone()], key);
        let mut config = config.expect("a certificate");
        config.alpn_protocols = vec![b"h2".to_vec()];
        serve(TlsAcceptor::from(Arc::new(config)), to)
    }
}

/// Forwards connections to an address, until the test process ends. Returns its own address.
fn serve(tls: TlsAcceptor, to: SocketAddr) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("bound"))
                .expect("the test waits");
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                connections.spawn(forward(stream, tls.clone(), to));
            }
        });
    });
    told.recv().expect("it listens").to_string()
}

async fn forward(stream: TcpStream, tls: TlsAcceptor, to: SocketAddr) {
    let Ok(mut server) = TcpStream::connect(to).await else {
        return;
    };
    if let Ok(mut stream) = tls.accept(stream).await {
        let _ = copy_bidirectional(&mut stream, &mut server).await;
    }
}
