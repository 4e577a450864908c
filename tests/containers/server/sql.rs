//! SQL in the container of a place, by the client that is in its image.

use std::process::Command;

use camino::Utf8PathBuf;
use fs_err as fs;
use support::Look as _;

use crate::place::Place;

impl Place {
    /// The rows that the database answers with, as the user that Temporal signs in as. The password
    /// is in the environment, where `ps` does not show it.
    #[track_caller]
    pub(super) fn sql(&self, statements: &str) -> Vec<String> {
        let mut docker = Command::new("docker");
        docker.args(["exec", "--env=MYSQL_PWD", &self.database(), "mysql"]);
        docker.args(["--user=temporal", "--skip-column-names", "--batch"]);
        docker.arg(format!("--execute={statements}"));
        let output = docker.env("MYSQL_PWD", self.password()).output();
        let output = output.expect("docker runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{statements}: {error}");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    /// The password of that user, as the state folder has it.
    pub(super) fn password(&self) -> String {
        fs::read_to_string(self.password_file()).expect("it is there")
    }

    /// Where it is.
    pub(super) fn password_file(&self) -> Utf8PathBuf {
        self.state().join("secrets/mysql")
    }
}
