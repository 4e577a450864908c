//! Connections to a real server: each kind of failure has its own error.

use std::time::Duration;

use base::secret::Secret;

use super::fixture::{DEADLINE, Server};
use super::preflight::{Facts, Needs, Severity, findings};
use super::{Client, ConnectOptions, Error};

/// Connects and expects an error.
async fn refused(access: &ConnectOptions) -> Error {
    Client::connect(access, None, DEADLINE)
        .await
        .expect_err("it is refused")
}

/// An address where nothing listens.
fn nowhere() -> ConnectOptions {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    ConnectOptions {
        host: "127.0.0.1".to_owned(),
        port: socket.local_addr().expect("its address").port(),
        user: "root".to_owned(),
        password: Secret::new("hidden"),
        roots: None,
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let access = nowhere();
    let error = refused(&access).await;
    let Error::Unreachable { source, .. } = error else {
        panic!("{error:?}");
    };
    let source = source.to_string();
    assert!(
        source.starts_with("Connection refused"),
        "no repeated text: {source}"
    );
    let unknown = ConnectOptions {
        host: "mysql.invalid".to_owned(),
        ..access
    };
    let error = refused(&unknown).await;
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_silent_server_exceeds_the_deadline() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let access = ConnectOptions {
        port: socket.local_addr().expect("its address").port(),
        ..nowhere()
    };
    let deadline = Duration::from_millis(200);
    let error = Client::connect(&access, None, deadline).await;
    assert!(matches!(error, Err(Error::Deadline { .. })), "{error:?}");
}

#[tokio::test]
#[ignore = "needs docker"]
async fn each_refusal_of_a_server_has_its_own_error() {
    let server = Server::start(&["--max-connections=5"]).await;
    let access = &server.access;

    let wrong = ConnectOptions {
        password: Secret::new("wrong"),
        ..access.clone()
    };
    let error = refused(&wrong).await;
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains(access.password.reveal()));

    // MySQL generated this certificate itself.
    let strangers = ConnectOptions {
        roots: Some(Certificates::new().root),
        ..access.clone()
    };
    let error = refused(&strangers).await;
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");

    let mut client = server.client().await;
    assert!(!format!("{client:?}").contains(access.password.reveal()));
    let error = client.rows("SELECT nonsense").await;
    assert!(matches!(error, Err(Error::Query { .. })), "{error:?}");
    let facts = Facts::read(&mut client).await.expect("its facts");
    let needs = Needs {
        connections: 6,
        encryption: false,
    };
    let refusals = findings(&facts, &needs);
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].severity, Severity::Refused);

    // MySQL allows one additional connection for an administrator.
    let mut held = vec![client];
    for _ in 0..5 {
        held.push(server.client().await);
    }
    let error = refused(access).await;
    assert!(
        matches!(error, Error::TooManyConnections { .. }),
        "{error:?}"
    );
}

#[tokio::test]
#[ignore = "needs docker"]
async fn an_encrypted_connection_is_verified_and_can_be_required() {
    let certificates = Certificates::new();
    let arguments = [
        "--require-secure-transport=ON",
        "--ssl-ca=/tls/root.pem",
        "--ssl-cert=/tls/server.pem",
        "--ssl-key=/tls/server.key",
    ];
    let files = [
        ("/tls/root.pem", certificates.root.clone()),
        ("/tls/server.pem", certificates.server),
        ("/tls/server.key", certificates.key),
    ];
    let server = Server::start_with(&arguments, &files).await;
    let error = refused(&server.access).await;
    assert!(matches!(error, Error::TlsRequired { .. }), "{error:?}");

    let trusting = ConnectOptions {
        roots: Some(certificates.root),
        ..server.access.clone()
    };
    let mut client = Client::connect(&trusting, None, DEADLINE)
        .await
        .expect("it answers");
    let facts = Facts::read(&mut client).await.expect("its facts");
    assert!(facts.require_secure_transport);
    assert_eq!(facts.tls_version, "TLSv1.3");
    let needs = Needs {
        connections: facts.max_connections,
        encryption: true,
    };
    assert_eq!(findings(&facts, &needs), []);
}

/// A root certificate, and a server certificate with its key, as PEM.
struct Certificates {
    root: String,
    server: String,
    key: String,
}

impl Certificates {
    fn new() -> Self {
        use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

        let root_key = KeyPair::generate().expect("a key");
        let mut root = CertificateParams::new([]).expect("parameters");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_certificate = root.self_signed(&root_key).expect("a certificate");
        let issuer = Issuer::new(root, root_key);
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(["127.0.0.1".to_owned()]).expect("parameters");
        let server = server.signed_by(&key, &issuer).expect("a certificate");
        Self {
            root: root_certificate.pem(),
            server: server.pem(),
            key: key.serialize_pem(),
        }
    }
}
