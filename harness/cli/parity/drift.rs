//! How the running topology of a side differs from its own profile. Needed because two sides that
//! drifted in the same way compare as the same. Pure.

use super::facts::{Database, Facts, Probe, Running};

impl Facts {
    /// The differences, one message each. Leaves out what could not be read, and what the backend
    /// decides itself.
    pub fn drift(&self) -> Vec<String> {
        let Probe::Known(running) = &self.running else {
            return Vec::new();
        };
        let mut drift = self.of_cluster(running);
        drift.extend(self.of_namespaces(running));
        if let Probe::Known(database) = &running.database {
            drift.extend(self.of_database(database));
        }
        drift
    }

    fn of_cluster(&self, running: &Running) -> Vec<String> {
        let Probe::Known(cluster) = &running.cluster else {
            return Vec::new();
        };
        let asked = &self.rendered;
        let mut drift = Vec::new();
        if cluster.server_version != asked.server_version {
            drift.push(self.runs(
                &format!("Temporal {}", cluster.server_version),
                &asked.server_version,
            ));
        }
        if cluster.history_shards != asked.history_shards && !self.is_dev_server() {
            let shards = format!("{} history shards", cluster.history_shards);
            drift.push(self.runs(&shards, &asked.history_shards.to_string()));
        }
        drift
    }

    fn of_namespaces(&self, running: &Running) -> Vec<String> {
        let asked = self.rendered.namespaces.iter();
        let drifted = asked.filter_map(|(name, asked)| match running.namespaces.get(name)? {
            Probe::Known(None) => Some(format!("{} has no namespace `{name}`", self.profile)),
            Probe::Known(Some(kept)) if kept != asked => Some(self.runs(
                &format!("namespace `{name}` with a retention of {kept}"),
                &asked.to_string(),
            )),
            _ => None,
        });
        drifted.collect()
    }

    fn of_database(&self, database: &Database) -> Vec<String> {
        let (found, asked) = (&database.server, &self.rendered);
        let mut drift = Vec::new();
        if !is_of(&found.version, &asked.mysql) {
            drift.push(self.runs(&format!("MySQL {}", found.version), &asked.mysql));
        }
        if found.max_connections != asked.max_connections {
            let allowed = format!("a MySQL with {} connections", found.max_connections);
            drift.push(self.runs(&allowed, &asked.max_connections.to_string()));
        }
        drift
    }

    fn runs(&self, what: &str, asked: &str) -> String {
        format!(
            "{} runs {what}, but its profile requires {asked}",
            self.profile
        )
    }
}

/// Whether a version belongs to a series: `8.4.7` belongs to `8.4`, `8.40.1` does not.
fn is_of(version: &str, series: &str) -> bool {
    let rest = version.strip_prefix(series);
    rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_of_the_series_that_it_begins_with() {
        for (version, series, expected) in [
            ("8.4.7", "8.4", true),
            ("8.4.7", "8.4.7", true),
            ("8.0.36-28-azure", "8.0.36", true),
            ("8.40.1", "8.4", false),
            ("9.7.4", "8.4", false),
        ] {
            assert_eq!(is_of(version, series), expected, "{version} {series}");
        }
    }
}
