//! A TLS certificate for a server on this machine. A new authority signs it and nothing else.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

/// What a server needs for TLS, and what its clients need to trust it.
pub struct Issued {
    /// The certificate of the authority. Its key is discarded.
    pub authority: Certificate,
    pub certificate: Certificate,
    pub key: KeyPair,
}

/// Issues a certificate with the common name `name`. It is valid for `localhost`, `127.0.0.1` and
/// `names`.
pub fn issue(name: &str, names: &[&str]) -> Result<Issued, rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, format!("authority of {name}"));
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;

    let names = ["localhost", "127.0.0.1"].iter().chain(names);
    let names: Vec<String> = names.map(|&name| name.to_owned()).collect();
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name.push(DnType::CommonName, name);
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let issuer = Issuer::new(authority, authority_key);
    Ok(Issued {
        certificate: server.signed_by(&key, &issuer)?,
        authority: authority_certificate,
        key,
    })
}
