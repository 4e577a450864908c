//! The expected resources of a topology, and the engine of a running one.

use backend::namespaces::Namespaces;
use backend::state::Directory;
use model::plan::{ResourceId, ResourceKind};
use model::profile;
use model::topology::{Component, Service, Topology};

use super::console::Console;
use super::engine::Engine;
use super::names::TEMPORAL;
use super::records;

/// The ids of the resources that an engine makes for a topology.
pub(super) fn of(engine: &Engine, topology: &Topology) -> Vec<ResourceId> {
    let mut expected = Vec::new();
    if let Engine::DevServer { .. } = engine {
        // One process runs everything except the worker.
        expected.push(ResourceId::new(ResourceKind::Process, TEMPORAL));
    }
    for service in &topology.services {
        match (&service.component, engine) {
            (Component::Worker { .. }, _) | (Component::Temporal(_), Engine::Server) => {
                expected.extend(replicas(service));
            }
            (Component::Database, Engine::Server) => {
                expected.extend([database::container_id(), database::schema_id()]);
            }
            (Component::Web { .. }, Engine::Server) => expected.push(Console::id()),
            (_, Engine::DevServer { .. } | Engine::Existing(_)) => {}
        }
    }
    if !matches!(engine, Engine::Existing(_)) {
        expected.extend(Namespaces::expected(topology));
    }
    expected
}

fn replicas(service: &Service) -> impl Iterator<Item = ResourceId> {
    service
        .replica_names()
        .map(|replica| ResourceId::new(ResourceKind::Process, replica))
}

/// The engine that a state folder's topology was started with, by the names of its records. So a
/// damaged record counts, too.
pub fn engine_of(state: &Directory) -> Result<profile::Engine, backend::Error> {
    let replicas = records::replicas(state)?;
    let is_role = |replica: &String| {
        let role = replica.strip_prefix(TEMPORAL);
        role.is_some_and(|role| role.starts_with('-'))
    };
    let has_dev_server = replicas.iter().any(|replica| replica == TEMPORAL);
    let is_server =
        replicas.iter().any(is_role) || (!has_dev_server && database::has_record(state));
    Ok(if is_server {
        profile::Engine::Server
    } else {
        profile::Engine::DevServer { cli: None }
    })
}

#[cfg(test)]
mod tests {
    use model::profile::Engine;

    use super::{Directory, engine_of};

    /// The engine of a state folder with these files, which are damaged.
    fn engine(files: &[&str]) -> Engine {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        fs_err::create_dir_all(state.run()).expect("a folder");
        for file in files {
            fs_err::write(state.run().join(file), "half a rec").expect("a file");
        }
        engine_of(&state).expect("the folder can be listed")
    }

    #[test]
    fn the_names_of_damaged_records_show_the_engine() {
        let dev_server = Engine::DevServer { cli: None };
        let frontend = ["temporal-frontend-0.launch.json", "worker-0.launch.json"];
        assert_eq!(engine(&frontend), Engine::Server);
        assert_eq!(engine(&["temporal-history-0.launch.json"]), Engine::Server);
        assert_eq!(engine(&["mysql.json"]), Engine::Server);
        assert_eq!(engine(&["temporal.launch.json"]), dev_server);
        // An interrupted change of the engine leaves both.
        assert_eq!(engine(&["temporal.launch.json", "mysql.json"]), dev_server);
        assert_eq!(engine(&["worker-0.launch.json"]), dev_server);
        assert_eq!(engine(&[]), dev_server);
    }

    #[test]
    fn a_folder_of_records_that_cannot_be_listed_is_an_error_with_a_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        fs_err::write(state.run(), "not a folder").expect("a file");
        let error = engine_of(&state).expect_err("it is not a folder");
        assert!(!error.hints.is_empty(), "{error}");
    }
}
