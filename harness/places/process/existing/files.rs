//! Reads the certificates and the API key of an existing cluster. Their content stays in memory.

use std::fmt;

use backend::secret_source;
use base::secret::Secret;
use base::tool::Environment;
use camino::Utf8Path;
use model::profile::existing::{ClientCertificate, ClientTls, Existing};
use model::topology::{Digest, SecretSource};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::error::Error;

/// The content of everything that a profile names for a connection.
#[derive(Clone)]
pub(super) struct Files {
    pub(super) tls: Option<connect::Tls>,
    pub(super) api_key: Option<Secret>,
}

/// Leaves out all content.
impl fmt::Debug for Files {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Files").finish_non_exhaustive()
    }
}

impl Files {
    /// Reads and checks all files. Relative paths begin at `root`.
    pub(super) fn read(
        existing: &Existing,
        root: &Utf8Path,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let tls = existing.tls.as_ref().map(|it| self::tls(it, root));
        let api_key = existing.api_key.as_ref();
        let api_key = api_key.map(|source| self::api_key(&absolute(source, root), environment));
        Ok(Self {
            tls: tls.transpose()?,
            api_key: api_key.transpose()?,
        })
    }

    /// The digest of the content, so that a worker is replaced after a change.
    pub(super) fn digest(&self) -> Digest {
        let tls = self.tls.as_ref();
        let tls = tls.map(|it| (&it.authorities, &it.identity));
        Digest::of(&(tls, self.api_key.as_ref().map(Secret::reveal)))
    }
}

/// The place of a secret, with an absolute path.
pub(super) fn absolute(source: &SecretSource, root: &Utf8Path) -> SecretSource {
    match source {
        SecretSource::SecretFile(path) => SecretSource::SecretFile(root.join(path).into_string()),
        SecretSource::SecretVariable(_) => source.clone(),
    }
}

fn tls(tls: &ClientTls, root: &Utf8Path) -> Result<connect::Tls, Error> {
    let ca = tls.ca.as_deref();
    let authorities = ca.map(|path| certificates("tls.ca", &root.join(path)));
    let identity = tls.certificate.as_ref().map(|it| identity(it, root));
    Ok(connect::Tls {
        authorities: authorities.transpose()?,
        identity: identity.transpose()?,
        server_name: tls.server_name.clone(),
    })
}

fn identity(certificate: &ClientCertificate, root: &Utf8Path) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let ClientCertificate { cert, key } = certificate;
    let path = root.join(key);
    let cert = certificates("tls.cert", &root.join(cert))?;
    let content = content("tls.key", &path)?;
    match PrivateKeyDer::from_pem_slice(&content) {
        Ok(_) => Ok((cert, content)),
        Err(_) => Err(Error::Pem {
            key: "tls.key",
            path,
            expected: "an unencrypted private key",
        }),
    }
}

/// The content of a file with at least one certificate.
fn certificates(key: &'static str, path: &Utf8Path) -> Result<Vec<u8>, Error> {
    let content = content(key, path)?;
    let mut found = CertificateDer::pem_slice_iter(&content).peekable();
    if found.peek().is_some() && found.all(|certificate| certificate.is_ok()) {
        return Ok(content);
    }
    Err(Error::Pem {
        key,
        path: path.to_owned(),
        expected: "certificates",
    })
}

fn content(key: &'static str, path: &Utf8Path) -> Result<Vec<u8>, Error> {
    fs_err::read(path).map_err(|source| Error::Read { key, source })
}

fn api_key(source: &SecretSource, environment: &Environment) -> Result<Secret, Error> {
    let (key, place) = match source {
        SecretSource::SecretFile(path) => ("api-key-file", path.clone()),
        SecretSource::SecretVariable(name) => {
            ("api-key-variable", format!("the variable `{name}`"))
        }
    };
    let secret = secret_source::read(source, environment);
    let secret = secret.map_err(|source| Error::ApiKey { key, source })?;
    let text = secret.reveal();
    // It is sent in an HTTP header.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let is_empty = text.trim().is_empty();
        return Err(Error::BadApiKey {
            key,
            place,
            what: if is_empty {
                "is empty"
            } else {
                "contains spaces or characters that an API key cannot have"
            },
        });
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use base::causes::in_one_line;
    use camino::Utf8PathBuf;
    use model::profile::Backend;

    use super::*;

    const SECRET: &str = "c2VjcmV0";

    /// The files of a folder with these settings.
    fn read(files: &[(&str, &str)], settings: &str) -> Result<Files, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
        for (name, content) in files {
            fs_err::write(root.join(name), content).expect("writable");
        }
        let settings = settings.replace("ROOT", root.as_str());
        let set = format!("backend={{existing: {{address: a:1, {settings}}}}}");
        let profile = testing::profile::profile("existing", &[&set]);
        let Backend::Existing(existing) = profile.backend else {
            panic!("it has that backend");
        };
        let environment = Environment::default().with("KEY", SECRET).with("EMPTY", "");
        let read = Files::read(&existing, &root, &environment);
        read.map_err(|error| {
            let error = backend::Error::from(crate::process::Error::from(error));
            let hints: Vec<String> = error.hints.iter().map(ToString::to_string).collect();
            let told = format!("{} [{}]", in_one_line(&error), hints.join(" "));
            assert!(!told.contains(SECRET), "{told}");
            told.replace(root.as_str(), "ROOT")
        })
    }

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["a".to_owned()]).expect("it can be made");
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn files_that_are_as_they_should_be_are_read_and_not_shown() {
        let (cert, key) = pair();
        let files = [
            ("ca", &*cert),
            ("cert", &cert),
            ("key", &key),
            ("api", "c2VjcmV0\n"),
        ];
        let settings = "tls: {ca: ca, cert: cert, key: key}, api-key-file: api";
        let read = read(&files, settings).expect("all are there");
        assert_eq!(read.api_key.as_ref().map(Secret::reveal), Some(SECRET));
        let tls = read.tls.as_ref().expect("it has TLS");
        assert_eq!(tls.authorities.as_deref(), Some(cert.as_bytes()));
        assert!(tls.identity.is_some());
        assert!(!format!("{read:?}").contains(SECRET), "{read:?}");
        let variable = super::tests::read(&[], "api-key-variable: KEY").expect("it is set");
        assert_eq!(
            variable.api_key.map(|it| it.reveal().to_owned()).as_deref(),
            Some(SECRET)
        );
        assert!(variable.tls.is_some(), "a key is never sent in plaintext");
    }

    #[test]
    fn each_file_that_is_not_as_it_should_be_is_named_with_a_remedy() {
        let (cert, _) = pair();
        let files = [
            ("cert", &*cert),
            ("text", "hello"),
            ("empty", "\n"),
            ("two", "a b"),
        ];
        let errors = [
            "tls: {ca: nowhere}",
            "tls: {ca: text}",
            "tls: {cert: nowhere, key: text}",
            "tls: {cert: cert, key: cert}",
            "api-key-file: nowhere",
            "api-key-file: empty",
            "api-key-file: ROOT/two",
            "api-key-variable: NOT_SET",
            "api-key-variable: EMPTY",
        ];
        let errors = errors.map(|settings| read(&files, settings).expect_err(settings));
        insta::assert_snapshot!(errors.join("\n"), @"
        could not read the file of `backend.existing.tls.ca`: failed to open file `ROOT/nowhere`: No such file or directory (os error 2) [Correct the path in `backend.existing.tls.ca`; it is relative to the working directory.]
        ROOT/text (`backend.existing.tls.ca`) does not contain certificates in PEM [Set `backend.existing.tls.ca` to a PEM file with certificates.]
        could not read the file of `backend.existing.tls.cert`: failed to open file `ROOT/nowhere`: No such file or directory (os error 2) [Correct the path in `backend.existing.tls.cert`; it is relative to the working directory.]
        ROOT/cert (`backend.existing.tls.key`) does not contain an unencrypted private key in PEM [Set `backend.existing.tls.key` to a PEM file with an unencrypted private key.]
        could not read the API key (`backend.existing.api-key-file`): failed to open file `ROOT/nowhere`: No such file or directory (os error 2) [Correct the path in `backend.existing.api-key-file`; it is relative to the working directory.]
        the API key in ROOT/empty (`backend.existing.api-key-file`) is empty [Put the API key there, in one line.]
        the API key in ROOT/two (`backend.existing.api-key-file`) contains spaces or characters that an API key cannot have [Put the API key there, in one line.]
        could not read the API key (`backend.existing.api-key-variable`): the variable `NOT_SET` is not set, is empty or is not text [Set the variable that `backend.existing.api-key-variable` names.]
        could not read the API key (`backend.existing.api-key-variable`): the variable `EMPTY` is not set, is empty or is not text [Set the variable that `backend.existing.api-key-variable` names.]
        ");
    }
}
