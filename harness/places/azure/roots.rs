//! The root certificates of Azure Database for MySQL. This page names them, and says not to pin
//! intermediate certificates:
//! <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-root-certificate-rotation>.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The common names of the authorities.
const NAMES: [&str; 2] = [
    "DigiCert Global Root G2",
    "Microsoft RSA Root Certificate Authority 2017",
];

/// The length of a line in a PEM file (RFC 7468).
const LINE: usize = 64;

static BUNDLE: LazyLock<String> = LazyLock::new(|| {
    let all = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let wanted = all.filter(|root| NAMES.iter().any(|name| names(root, name)));
    wanted.map(|root| pem(root)).collect()
});

/// The certificates of the authorities (PEM).
pub(super) fn bundle() -> &'static str {
    &BUNDLE
}

/// Whether a certificate contains a common name, followed by another part of the subject.
fn names(certificate: &[u8], name: &str) -> bool {
    // ASN.1 stores a text as its length, then its characters.
    let mut text = vec![u8::try_from(name.len()).unwrap_or(u8::MAX)];
    text.extend_from_slice(name.as_bytes());
    certificate.windows(text.len()).any(|window| window == text)
}

fn pem(certificate: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE));
        pem.extend([line, "\n"]);
        rest = more;
    }
    pem + "-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    #[test]
    fn the_bundle_has_both_authorities_and_no_other() {
        let certificates: Vec<CertificateDer<'_>> =
            CertificateDer::pem_slice_iter(bundle().as_bytes())
                .collect::<Result<_, _>>()
                .expect("it is a bundle of certificates");
        assert_eq!(certificates.len(), NAMES.len());
        for name in NAMES {
            assert!(certificates.iter().any(|it| names(it, name)), "{name}");
        }
        let mut store = RootCertStore::empty();
        for certificate in certificates {
            store.add(certificate).expect("it is an authority");
        }
    }
}
