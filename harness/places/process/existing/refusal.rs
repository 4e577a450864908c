//! What a failed connection to an existing cluster means, from the texts of its causes. Pure.
//!
//! The texts are those of rustls, hyper, tonic and the operating system.

use std::fmt;

use base::hint::Hint;

/// How a client connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    Plaintext,
    /// TLS without a certificate of the client.
    Tls,
    MutualTls,
}

/// Why a cluster cannot be used, with its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    address: String,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    UnknownAuthority,
    NoAuthorities,
    Expired,
    WrongName,
    BadCertificate,
    /// The client's private key is not that of its certificate.
    KeyMismatch,
    /// The server closed the connection after the handshake of TLS.
    Client(Security),
    NotTls,
    NeedsTls,
    UnknownHost,
    Closed,
    Silent,
    NotTemporal,
    Credentials,
    /// A call failed on an open connection.
    Call,
    Other,
}

/// The texts of each reason; the first match decides. The handshake comes before what follows it.
const TEXTS: &[(&str, Reason)] = &[
    ("UnknownIssuer", Reason::UnknownAuthority),
    ("CaUsedAsEndEntity", Reason::UnknownAuthority),
    ("no native certs found", Reason::NoAuthorities),
    ("KeyMismatch", Reason::KeyMismatch),
    ("certificate expired", Reason::Expired),
    ("invalid peer certificate: Expired", Reason::Expired),
    ("not valid for name", Reason::WrongName),
    ("NotValidForName", Reason::WrongName),
    ("invalid peer certificate", Reason::BadCertificate),
    ("InvalidContentType", Reason::NotTls),
    ("HandshakeNotComplete", Reason::NotTls),
    ("tls handshake eof", Reason::NotTls),
    ("failed to lookup address", Reason::UnknownHost),
    ("Connection refused", Reason::Closed),
    ("is unreachable", Reason::Closed),
    ("No route to host", Reason::Closed),
    ("no answer", Reason::Silent),
    ("timed out", Reason::Silent),
    ("deadline has elapsed", Reason::Silent),
];

/// The texts of an answer that is not HTTP/2. TLS alerts are not, either.
const NOT_HTTP2: &[&str] = &["frame with invalid size", "http2 error"];

/// The texts of a connection that the other end closed without an answer.
const ENDED: &[&str] = &[
    "connection reset",
    "Connection reset",
    "unexpected end of file",
    "connection closed",
    "connection was not ready",
    "broken pipe",
    "stream closed",
    "h2 protocol error",
    "received fatal alert",
];

impl Refusal {
    /// The meaning of the gRPC status code of a call on an open connection.
    pub(super) fn of_call(address: &str, code: &str) -> Self {
        let reason = match code {
            "Unauthenticated" | "PermissionDenied" => Reason::Credentials,
            "Unimplemented" => Reason::NotTemporal,
            "DeadlineExceeded" => Reason::Silent,
            "Unavailable" => Reason::Closed,
            _ => Reason::Call,
        };
        Self {
            address: address.to_owned(),
            reason,
        }
    }

    /// The meaning of the texts of a failed connection and its causes.
    pub(super) fn of(address: &str, causes: &str, security: Security) -> Self {
        let known = TEXTS.iter().find(|(text, _)| causes.contains(text));
        let has = |texts: &[&str]| texts.iter().any(|text| causes.contains(text));
        let (ended, not_http2) = (has(ENDED), has(NOT_HTTP2));
        let reason = match known {
            // A server that expects TLS closes a plaintext connection, with or without an alert.
            None if (ended || not_http2) && security == Security::Plaintext => Reason::NeedsTls,
            None if not_http2 => Reason::NotTemporal,
            // In TLS 1.3 the server checks the client's certificate after the handshake. The alert
            // may arrive or not.
            None if ended => Reason::Client(security),
            Some((_, reason)) => *reason,
            None => Reason::Other,
        };
        Self {
            address: address.to_owned(),
            reason,
        }
    }

    /// Whether the cluster refused the client and not the connection.
    pub(super) fn is_of_permission(&self) -> bool {
        matches!(self.reason, Reason::Credentials | Reason::Client(_))
    }

    /// Whether the profile is wrong. Nothing was sent to the cluster.
    pub(super) fn is_of_profile(&self) -> bool {
        self.reason == Reason::KeyMismatch
    }

    pub(super) fn hint(&self) -> Hint {
        Hint::say(match self.reason {
            Reason::UnknownAuthority => {
                "Set `backend.existing.tls.ca` to the certificate of the authority that signed it."
            }
            Reason::NoAuthorities => {
                "Set `backend.existing.tls.ca`, or install the certificates of the public authorities."
            }
            Reason::Expired => {
                "Renew the certificate of the server, or correct the clock of this machine."
            }
            Reason::WrongName => {
                "Set `backend.existing.tls.server-name` to a name in the certificate."
            }
            Reason::BadCertificate => "Install a valid certificate on the server.",
            Reason::KeyMismatch => {
                "Set `backend.existing.tls.key` to the private key of the certificate in `cert`."
            }
            Reason::Client(_) => {
                "Set `backend.existing.tls.cert` and `key` to a client certificate that the \
                 server accepts."
            }
            Reason::NotTls => {
                "Remove `backend.existing.tls`, and an API key, which implies TLS, if the server \
                 has none, or correct the address."
            }
            Reason::NeedsTls => {
                "Set `backend.existing.tls: {}` if the server requires TLS, or correct the address."
            }
            Reason::UnknownHost => "Correct the host in `backend.existing.address` or `--address`.",
            Reason::Closed | Reason::Silent => {
                "Check that Temporal runs and that this machine can reach that port."
            }
            Reason::NotTemporal => {
                "Set `backend.existing.address` to the gRPC port of the frontend, usually 7233."
            }
            Reason::Credentials => {
                "Check the API key (`backend.existing.api-key-file` or `api-key-variable`), or the \
                 client certificate (`tls.cert`), and its permissions in the namespace."
            }
            Reason::Call => "Look in the logs of the cluster for the cause.",
            Reason::Other => "Check the address and `backend.existing.tls`.",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = &self.address;
        match self.reason {
            Reason::UnknownAuthority => {
                write!(
                    out,
                    "the certificate of {address} is signed by an unknown authority"
                )
            }
            Reason::NoAuthorities => write!(
                out,
                "could not verify the certificate of {address}: this machine knows no authorities"
            ),
            Reason::Expired => write!(out, "the certificate of {address} has expired"),
            Reason::WrongName => {
                write!(out, "the certificate of {address} is for another host name")
            }
            Reason::BadCertificate => write!(out, "the certificate of {address} is not valid"),
            Reason::KeyMismatch => out.write_str(
                "`backend.existing.tls.key` is not the private key of the certificate in `cert`",
            ),
            Reason::Client(Security::MutualTls) => {
                write!(out, "{address} refused the certificate of this client")
            }
            Reason::Client(_) => write!(out, "{address} refused a client without a certificate"),
            Reason::NotTls => write!(out, "{address} does not speak TLS"),
            Reason::NeedsTls => {
                write!(
                    out,
                    "there is no Temporal frontend without TLS at {address}"
                )
            }
            Reason::UnknownHost => write!(out, "could not find the host of {address}"),
            Reason::Closed => write!(out, "could not connect to {address}"),
            Reason::Silent => write!(out, "no answer from {address}"),
            Reason::NotTemporal => write!(out, "there is no Temporal frontend at {address}"),
            Reason::Credentials => write!(out, "{address} did not accept the credentials"),
            Reason::Call => write!(out, "a call to the cluster at {address} failed"),
            Reason::Other => write!(out, "could not use the cluster at {address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of real connections. `tests/process` makes these connections.
    const CASES: [(&str, Security); 18] = [
        ("invalid peer certificate: UnknownIssuer", Security::Tls),
        (
            "invalid peer certificate: certificate expired: verification time 1",
            Security::Tls,
        ),
        (
            "invalid peer certificate: certificate not valid for name \"a\"",
            Security::Tls,
        ),
        ("invalid peer certificate: BadSignature", Security::Tls),
        ("received fatal alert: CertificateRequired", Security::Tls),
        ("connection closed", Security::MutualTls),
        ("connection closed because of a broken pipe", Security::Tls),
        ("connection was not ready", Security::Tls),
        (
            "received corrupt message of type InvalidContentType",
            Security::Tls,
        ),
        (
            "connection error detected: frame with invalid size",
            Security::Plaintext,
        ),
        (
            "connection error detected: frame with invalid size",
            Security::Tls,
        ),
        (
            "stream closed because of a broken pipe",
            Security::Plaintext,
        ),
        (
            "failed to lookup address information: Name or service not known",
            Security::Tls,
        ),
        (
            "tcp connect error: Connection refused (os error 111)",
            Security::Tls,
        ),
        ("no answer from Temporal at a:1 within 10s", Security::Tls),
        ("no native certs found", Security::Tls),
        (
            "keys may not be consistent: KeyMismatch",
            Security::MutualTls,
        ),
        ("something new", Security::Tls),
    ];

    fn told(what: &str, refusal: &Refusal) -> String {
        let permission = if refusal.is_of_permission() {
            " (permission)"
        } else {
            ""
        };
        format!("{what} -> {refusal}{permission}\n  {}", refusal.hint())
    }

    #[test]
    fn each_status_code_of_a_call_has_one_meaning() {
        let codes = [
            "Unauthenticated",
            "PermissionDenied",
            "Unimplemented",
            "DeadlineExceeded",
            "Unavailable",
            "InvalidArgument",
        ];
        let told = codes.map(|code| told(code, &Refusal::of_call("a:1", code)));
        insta::assert_snapshot!(told.join("\n"), @"
        Unauthenticated -> a:1 did not accept the credentials (permission)
          Check the API key (`backend.existing.api-key-file` or `api-key-variable`), or the client certificate (`tls.cert`), and its permissions in the namespace.
        PermissionDenied -> a:1 did not accept the credentials (permission)
          Check the API key (`backend.existing.api-key-file` or `api-key-variable`), or the client certificate (`tls.cert`), and its permissions in the namespace.
        Unimplemented -> there is no Temporal frontend at a:1
          Set `backend.existing.address` to the gRPC port of the frontend, usually 7233.
        DeadlineExceeded -> no answer from a:1
          Check that Temporal runs and that this machine can reach that port.
        Unavailable -> could not connect to a:1
          Check that Temporal runs and that this machine can reach that port.
        InvalidArgument -> a call to the cluster at a:1 failed
          Look in the logs of the cluster for the cause.
        ");
    }

    #[test]
    fn the_texts_of_each_failure_have_one_meaning() {
        let told =
            CASES.map(|(causes, security)| told(causes, &Refusal::of("a:1", causes, security)));
        insta::assert_snapshot!(told.join("\n"), @r#"
        invalid peer certificate: UnknownIssuer -> the certificate of a:1 is signed by an unknown authority
          Set `backend.existing.tls.ca` to the certificate of the authority that signed it.
        invalid peer certificate: certificate expired: verification time 1 -> the certificate of a:1 has expired
          Renew the certificate of the server, or correct the clock of this machine.
        invalid peer certificate: certificate not valid for name "a" -> the certificate of a:1 is for another host name
          Set `backend.existing.tls.server-name` to a name in the certificate.
        invalid peer certificate: BadSignature -> the certificate of a:1 is not valid
          Install a valid certificate on the server.
        received fatal alert: CertificateRequired -> a:1 refused a client without a certificate (permission)
          Set `backend.existing.tls.cert` and `key` to a client certificate that the server accepts.
        connection closed -> a:1 refused the certificate of this client (permission)
          Set `backend.existing.tls.cert` and `key` to a client certificate that the server accepts.
        connection closed because of a broken pipe -> a:1 refused a client without a certificate (permission)
          Set `backend.existing.tls.cert` and `key` to a client certificate that the server accepts.
        connection was not ready -> a:1 refused a client without a certificate (permission)
          Set `backend.existing.tls.cert` and `key` to a client certificate that the server accepts.
        received corrupt message of type InvalidContentType -> a:1 does not speak TLS
          Remove `backend.existing.tls`, and an API key, which implies TLS, if the server has none, or correct the address.
        connection error detected: frame with invalid size -> there is no Temporal frontend without TLS at a:1
          Set `backend.existing.tls: {}` if the server requires TLS, or correct the address.
        connection error detected: frame with invalid size -> there is no Temporal frontend at a:1
          Set `backend.existing.address` to the gRPC port of the frontend, usually 7233.
        stream closed because of a broken pipe -> there is no Temporal frontend without TLS at a:1
          Set `backend.existing.tls: {}` if the server requires TLS, or correct the address.
        failed to lookup address information: Name or service not known -> could not find the host of a:1
          Correct the host in `backend.existing.address` or `--address`.
        tcp connect error: Connection refused (os error 111) -> could not connect to a:1
          Check that Temporal runs and that this machine can reach that port.
        no answer from Temporal at a:1 within 10s -> no answer from a:1
          Check that Temporal runs and that this machine can reach that port.
        no native certs found -> could not verify the certificate of a:1: this machine knows no authorities
          Set `backend.existing.tls.ca`, or install the certificates of the public authorities.
        keys may not be consistent: KeyMismatch -> `backend.existing.tls.key` is not the private key of the certificate in `cert`
          Set `backend.existing.tls.key` to the private key of the certificate in `cert`.
        something new -> could not use the cluster at a:1
          Check the address and `backend.existing.tls`.
        "#);
    }
}
