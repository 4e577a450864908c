//! The desired state of the container. Pure.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use base::secret::Secret;
use docker::{ContainerSpec, File, Image, Mount, Publish};
use model::topology::{Database, Digest};

use super::certificates::Certificates;
use super::name::Names;

/// The label with the digest of the container's configuration.
pub(super) const DIGEST: &str = "dev.harness.digest";

/// The port of MySQL in the container.
pub const PORT: u16 = 3306;

/// The folder in the container for the files that are copied into it.
const FOLDER: &str = "/etc/harness/mysql";

/// MySQL's data folder in the image.
pub(super) const DATA: &str = "/var/lib/mysql";

/// The MySQL user of Temporal.
pub const USER: &str = "temporal";

/// The memory limit of the container. MySQL takes 0.6 GB with Temporal's tables and the default
/// buffer pool of 128 MiB, and a busy connection takes a few MB. More than this limit is a leak,
/// which must not use up the machine's memory.
const MEMORY: u64 = 2 << 30;

/// How long MySQL may take to flush its data when it is stopped.
pub(super) const STOP: Duration = Duration::from_mins(1);

/// The reference of the database's image.
pub fn image(database: &Database) -> String {
    format!("mysql:{}", database.version)
}

/// Everything that determines the container.
#[derive(Debug, Clone)]
pub(super) struct Blueprint {
    pub(super) image: Image,
    pub(super) database: Database,
    pub(super) address: SocketAddr,
    pub(super) network: Option<String>,
    pub(super) password: Secret,
    pub(super) certificates: Option<Certificates>,
}

impl Blueprint {
    /// The digest of the whole configuration. It includes the password only in a form from which
    /// the password cannot be derived.
    pub(super) fn digest(&self) -> Digest {
        let Self {
            image,
            database,
            address,
            network,
            password,
            certificates,
        } = self;
        let certificate = certificates.as_ref().map(|made| &made.certificate);
        Digest::of(&(
            &image.id,
            arguments(database),
            address,
            network,
            Digest::of_bytes(sign_in(password).as_bytes()),
            certificate,
            MEMORY,
        ))
    }

    /// The specification of the container. `user` is the user and group that MySQL runs as, which
    /// own the files.
    pub(super) fn spec(&self, names: &Names, owner: &str, user: (u64, u64)) -> ContainerSpec {
        let mut files = vec![file("sign-in.sql", &sign_in(&self.password), user)];
        if let Some(made) = &self.certificates {
            files.push(file("ca.pem", &made.authority, user));
            files.push(file("cert.pem", &made.certificate, user));
            files.push(file("key.pem", made.key.reveal(), user));
        }
        ContainerSpec {
            name: names.container().to_owned(),
            image: self.image.id.clone(),
            arguments: arguments(&self.database),
            labels: BTreeMap::from([(DIGEST.to_owned(), self.digest().to_string())]),
            owner: owner.to_owned(),
            network: self.network.clone(),
            aliases: self.network.iter().map(|_| names.host()).collect(),
            publish: vec![Publish {
                container: PORT,
                host: self.address,
            }],
            mounts: vec![Mount {
                volume: names.data(),
                target: DATA.to_owned(),
                read_only: false,
            }],
            files,
            memory: Some(MEMORY),
            stop_timeout: Some(STOP),
            ..ContainerSpec::default()
        }
    }
}

/// A file in [`FOLDER`] that only MySQL may read.
pub(super) fn file(name: &str, content: &str, owner: (u64, u64)) -> File {
    File {
        path: format!("{FOLDER}/{name}").into(),
        content: content.into(),
        mode: 0o600,
        owner,
    }
}

/// Options for every server: no X protocol, and no generated certificates.
pub(super) fn common_arguments() -> [String; 2] {
    ["--mysqlx=OFF", "--auto-generate-certs=OFF"].map(str::to_owned)
}

fn arguments(database: &Database) -> Vec<String> {
    use model::topology::Tls;

    let Database {
        version: _,
        max_connections,
        tls,
    } = database;
    let mut arguments = common_arguments().to_vec();
    arguments.push(format!("--max-connections={max_connections}"));
    arguments.push(format!("--init-file={FOLDER}/sign-in.sql"));
    if *tls == Tls::Required {
        arguments.extend([
            format!("--ssl-ca={FOLDER}/ca.pem"),
            format!("--ssl-cert={FOLDER}/cert.pem"),
            format!("--ssl-key={FOLDER}/key.pem"),
            "--tls-version=TLSv1.2,TLSv1.3".to_owned(),
            "--require-secure-transport=ON".to_owned(),
        ]);
    }
    arguments
}

/// The SQL that MySQL runs at each start, one statement a line. It resets the user and password to
/// those of the state folder, whatever changed meanwhile. `performance_schema` is for comparing the
/// settings of servers.
pub(super) fn sign_in(password: &Secret) -> String {
    let password = password.reveal();
    [
        format!("CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{password}'"),
        format!("ALTER USER '{USER}'@'%' IDENTIFIED BY '{password}' ACCOUNT UNLOCK"),
        format!("GRANT ALL ON `temporal`.* TO '{USER}'@'%'"),
        format!("GRANT ALL ON `temporal\\_visibility`.* TO '{USER}'@'%'"),
        format!("GRANT SELECT ON `performance_schema`.* TO '{USER}'@'%'"),
    ]
    .map(|statement| statement + ";\n")
    .concat()
}

#[cfg(test)]
mod tests {
    use model::topology::Tls;

    use super::*;

    fn blueprint(tls: Tls) -> Blueprint {
        Blueprint {
            image: Image {
                reference: "mysql:8.4".to_owned(),
                id: "sha256:00".to_owned(),
                repo_digest: None,
            },
            database: Database {
                version: "8.4".to_owned(),
                max_connections: 500,
                tls,
            },
            address: SocketAddr::from(([127, 0, 0, 1], 23_306)),
            network: None,
            password: Secret::new("PASSWORD"),
            certificates: (tls == Tls::Required).then(|| Certificates {
                authority: "CA".to_owned(),
                certificate: "CERTIFICATE".to_owned(),
                key: Secret::new("KEY"),
            }),
        }
    }

    fn spec(tls: Tls) -> ContainerSpec {
        let names = Names::of("/a/.harness/local".into());
        blueprint(tls).spec(&names, "/a/.harness/local", (999, 999))
    }

    #[test]
    fn every_change_of_the_container_changes_its_digest() {
        let digest = |change: fn(&mut Blueprint)| {
            let mut blueprint = blueprint(Tls::Required);
            change(&mut blueprint);
            blueprint.digest()
        };
        let before = digest(|_| ());
        assert_eq!(before, digest(|_| ()));
        let changes: [fn(&mut Blueprint); 7] = [
            |it| it.image.id = "sha256:01".to_owned(),
            |it| it.database.max_connections = 200,
            |it| it.database.tls = Tls::Off,
            |it| it.address.set_port(23_307),
            |it| it.network = Some("network".to_owned()),
            |it| it.password = Secret::new("OTHER"),
            |it| it.certificates = None,
        ];
        for (index, change) in changes.into_iter().enumerate() {
            assert_ne!(before, digest(change), "change {index}");
        }
        // Another reference of the same image changes nothing.
        assert_eq!(
            before,
            digest(|it| it.image.reference = "mysql:8".to_owned())
        );
    }

    #[test]
    fn tls_is_required_if_the_profile_requires_it() {
        insta::assert_snapshot!(spec(Tls::Required).arguments.join("\n"), @r"
        --mysqlx=OFF
        --auto-generate-certs=OFF
        --max-connections=500
        --init-file=/etc/harness/mysql/sign-in.sql
        --ssl-ca=/etc/harness/mysql/ca.pem
        --ssl-cert=/etc/harness/mysql/cert.pem
        --ssl-key=/etc/harness/mysql/key.pem
        --tls-version=TLSv1.2,TLSv1.3
        --require-secure-transport=ON
        ");
        insta::assert_snapshot!(spec(Tls::Off).arguments.join("\n"), @r"
        --mysqlx=OFF
        --auto-generate-certs=OFF
        --max-connections=500
        --init-file=/etc/harness/mysql/sign-in.sql
        ");
    }

    #[test]
    fn secrets_are_only_in_files_that_only_mysql_can_read() {
        let mut spec = spec(Tls::Required);
        for file in &spec.files {
            assert_eq!(
                (file.mode, file.owner),
                (0o600, (999, 999)),
                "{}",
                file.path
            );
        }
        spec.files.clear();
        let visible = format!("{spec:?}");
        assert!(!visible.contains("PASSWORD") && !visible.contains("KEY"));
    }

    #[test]
    fn the_user_is_created_or_reset_at_each_start() {
        insta::assert_snapshot!(sign_in(&Secret::new("PASSWORD")), @r"
        CREATE USER IF NOT EXISTS 'temporal'@'%' IDENTIFIED BY 'PASSWORD';
        ALTER USER 'temporal'@'%' IDENTIFIED BY 'PASSWORD' ACCOUNT UNLOCK;
        GRANT ALL ON `temporal`.* TO 'temporal'@'%';
        GRANT ALL ON `temporal\_visibility`.* TO 'temporal'@'%';
        GRANT SELECT ON `performance_schema`.* TO 'temporal'@'%';
        ");
    }
}
